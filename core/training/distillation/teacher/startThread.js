// Plain JavaScript, because a new thread knows nothing of TypeScript yet.
import { readTypeScript } from '../../../base/typescript.js';

await readTypeScript();
await import('./thread.ts');
