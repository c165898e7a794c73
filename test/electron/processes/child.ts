import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Child, StartChild } from '../../../electron/child.ts';
import { lineSplitter } from '../../../electron/lines.ts';

/** Starts plain Node in the place of utility processes. Ports do not travel; that they were sent is told. */
export function nodeChild(script: string, env: Record<string, string> = {}, started: Child[] = []): StartChild {
  return ({ title }) => {
    const child = fork(fileURLToPath(new URL(script, import.meta.url)), [], {
      execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env: { ...process.env, TITLE: title, ...env }, serialization: 'advanced',
    });
    const made: Child = {
      get pid() {
        return child.pid;
      },
      post: (message, ports = []) => void (child.connected && child.send({ message, ports: ports.length } as object, () => undefined)),
      kill: () => void child.kill('SIGKILL'),
      onStarted: (listener) => void child.on('spawn', listener),
      onMessage: (listener) => void child.on('message', listener),
      onOutput(listener) {
        for (const stream of ['stdout', 'stderr'] as const) {
          const split = lineSplitter((line) => listener(line, stream));
          child[stream]!.on('data', (data: Buffer) => split.push(data));
        }
      },
      onExit: (listener) => void child.on('close', listener),
    };
    started.push(made);
    return made;
  };
}
