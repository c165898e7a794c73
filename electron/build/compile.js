// Compiles core/ and electron/ file by file into dist/app, which plain Node and Electron run without a TypeScript loader.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const top = fileURLToPath(new URL('../../', import.meta.url));
const target = join(top, 'dist', 'app');
const sourceFolders = ['core', 'electron'];
const compiled = /\.[cm]?[jt]s$/;
/** What the program reads at run time besides its own code. */
const copied = ['package.json', 'latency-models'];

/** @throws Error with one sentence when something is missing or does not compile */
export async function compile() {
  rmSync(target, { recursive: true, force: true });
  runCompiler();
  for (const name of copied) cpSync(join(top, name), join(target, name), { recursive: true });
  for (const file of otherFiles()) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    cpSync(join(top, file), join(target, file));
  }
  await writeCodeHash();
  const missing = ['core/cli/bin.js', 'electron/main.js', 'electron/preload.cjs', 'electron/engine.js'].filter((file) => !existsSync(join(target, file)));
  if (missing.length > 0) throw new Error(`The compiler did not write ${missing.join(', ')} into ${target}.`);
}

/** Workers of a queue compare what they were made of, compiled or not. */
async function writeCodeHash() {
  const { codeHashFile, codeHashOf } = await import(pathToFileURL(join(target, 'core/study/queue/chunks/codeHash.js')).href);
  writeFileSync(join(target, 'core', codeHashFile), `${codeHashOf(top)}\n`);
}

function runCompiler() {
  let compiler;
  try {
    compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  } catch {
    throw new Error('TypeScript is not installed. Run "npm ci" with development dependencies.');
  }
  const { status, stdout, error } = spawnSync(process.execPath, [compiler, '-p', join(top, 'tsconfig.build.json')], { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`The program does not compile:\n${stdout.trim()}`);
}

/** Files beside the code that the compiler does not know, relative to the top folder. */
function otherFiles() {
  return sourceFolders.flatMap((folder) => readdirSync(join(top, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !compiled.test(entry.name) && extname(entry.name) !== '.pyc')
    .map((entry) => relative(top, join(entry.parentPath, entry.name))));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await compile();
    process.stdout.write(`Compiled into ${relative(process.cwd(), target) || '.'}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
