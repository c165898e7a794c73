#!/usr/bin/env node
// "npm start": the desktop app where Electron is or can be fetched, otherwise the same workbench in the browser.
import { spawn } from 'node:child_process';
import { readTypeScript } from '../core/base/typescript.js';
import { fileURLToPath } from 'node:url';
import { compile } from './build/compile.js';
import { fetchElectron, findElectron } from './electronProgram.js';

const top = fileURLToPath(new URL('../', import.meta.url));
const note = (line) => void process.stderr.write(`${line}\n`);

let program = findElectron();
let obstacle;
if (program === undefined) {
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH) obstacle = `there is none in ${process.env.ELECTRON_OVERRIDE_DIST_PATH}`;
  else obstacle = await fetchElectron({ note });
  program = findElectron();
}

if (program === undefined) {
  note(`Electron is not available (${obstacle ?? 'its program is missing after the download'}); opening the workbench in the browser instead.`);
  run(process.execPath, ['core/cli/bin.js', 'serve', '--open', ...process.argv.slice(2)]);
} else {
  try {
    await compile();
    await readTypeScript();
    const { windowFolder } = await import('../core/cli/windowFiles.ts');
    await windowFolder(note);
    // The program tries engines in processes of their own, which plain Node can run.
    run(program, ['dist/app/electron/main.js', ...process.argv.slice(2)], { POCKETFORMER_NODE: process.execPath });
  } catch (error) {
    note(error.message);
    process.exitCode = 1;
  }
}

function run(command, args, env = {}) {
  const child = spawn(command, args, { cwd: top, stdio: 'inherit', env: { ...process.env, ...env } });
  // Ctrl-C reaches the whole group; this process waits for the other's good end.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    note(error.message);
    process.exitCode = 1;
  });
  child.once('exit', (code) => {
    process.exitCode = code ?? 1;
    process.removeAllListeners('SIGINT');
    process.removeAllListeners('SIGTERM');
  });
}
