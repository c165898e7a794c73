// Plain JavaScript, because a new process knows nothing of TypeScript yet.
import { readTypeScript } from '../../../base/typescript.js';

await readTypeScript();
await import('./deskMain.ts');
