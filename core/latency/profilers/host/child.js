import { readTypeScript } from '../../../base/typescript.js';

await readTypeScript();
await import('./childMain.ts');
