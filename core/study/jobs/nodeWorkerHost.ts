import { fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { fileURLToPath } from 'node:url';
import type { WorkerExit, WorkerHost, WorkerProcess } from './workerHost.ts';

/** Starts compute processes as children of this one. @param options.entry program of the processes, worker.js by default */
export function nodeWorkerHost(options: { readonly entry?: string } = {}): WorkerHost {
  const entry = options.entry ?? fileURLToPath(new URL('./worker.js', import.meta.url));
  return { start: ({ title }) => startWorker(entry, title) };
}

function startWorker(entry: string, title: string): WorkerProcess {
  const child = fork(entry, [], {
    // Whatever this process was started with, such as a debugger's port, is not for its children.
    execArgv: [`--title=${title.replace(/[^\x20-\x7e]/g, '?')}`],
    serialization: 'advanced', stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Electron's program is Node when told so.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  const outputs: ((line: string, stream: 'stdout' | 'stderr') => void)[] = [];
  const exits: ((exit: WorkerExit) => void)[] = [];
  const tell = (line: string, stream: 'stdout' | 'stderr') => outputs.forEach((listener) => listener(line, stream));
  for (const stream of ['stdout', 'stderr'] as const) readLines(child[stream]!, (line) => tell(line, stream));
  let hasEnded = false;
  const end = (exit: WorkerExit) => {
    if (hasEnded) return;
    hasEnded = true;
    for (const listener of exits) listener(exit);
  };
  child.on('error', (error) => {
    tell(error.message, 'stderr');
    // Without a process there will be no 'close'.
    if (child.pid === undefined) end({ code: null, signal: null });
  });
  // Not 'exit': what the process said last is read first.
  child.on('close', (code, signal) => end({ code, signal }));
  return {
    get pid() { return child.pid; },
    post: (message) => { if (child.connected) child.send(message as object, () => undefined); },
    onMessage: (listener) => { child.on('message', listener); },
    onOutput: (listener) => { outputs.push(listener); },
    onExit: (listener) => { exits.push(listener); },
    kill: () => { child.kill('SIGKILL'); },
  };
}

/** Calls back with every line, and with what is left when the stream ends in the middle of one. */
function readLines(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let unfinished = '';
  stream.on('data', (bytes: Buffer) => {
    const lines = (unfinished + decoder.write(bytes)).split(/\r?\n/);
    unfinished = lines.pop()!;
    lines.forEach(onLine);
  });
  stream.on('end', () => {
    const rest = unfinished + decoder.end();
    if (rest !== '') onLine(rest);
  });
}
