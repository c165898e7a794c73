import { readTypeScript } from '../base/typescript.js';

await readTypeScript();
const { main } = await import('./main.ts');
const { processIo } = await import('./io.ts');
process.exitCode = await main(process.argv.slice(2), processIo());
