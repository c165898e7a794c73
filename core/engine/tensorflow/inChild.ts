import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { EnvironmentError, messageOf } from '../../base/errors.ts';
import { nodeProgram, noNodeProgram } from '../nodeProgram.ts';
import { textOf } from '../obstacle.ts';
import type { CheckResult } from './check.ts';
import type { TensorflowPackage } from './package.ts';
import type { ProbeResult } from './probe.ts';

interface Results {
  readonly probe: ProbeResult;
  readonly check: CheckResult;
}

export interface ChildTask {
  readonly task: keyof Results;
  readonly package: TensorflowPackage;
}

export type ChildAnswer = { readonly ok: true; readonly value: Results[keyof Results] } | { readonly ok: false; readonly message: string };

/** The first use of a new GPU may compile its kernels. */
const patienceMs = 300_000;

/**
 * Does a task in a process of its own: TensorFlow's libraries take 850 MB of address space, stay until the process ends,
 * and may take it with them.
 * @throws EnvironmentError `tensorflow-broken` with one sentence of what the process said
 */
export function inChild<T extends keyof Results>(task: T, installed: TensorflowPackage): Promise<Results[T]> {
  const execPath = nodeProgram();
  if (execPath === undefined) return Promise.reject(broken(textOf(noNodeProgram)));
  const child = fork(fileURLToPath(new URL('./child.js', import.meta.url)), [], {
    execPath, execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaints = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => { complaints = (complaints + text).slice(-4000); });
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  return new Promise<Results[T]>((resolve, reject) => {
    let answer: ChildAnswer | undefined;
    child.on('error', (cause) => reject(broken(`TensorFlow could not be tried: ${messageOf(cause)}.`)));
    child.on('message', (message) => { answer = message as ChildAnswer; });
    child.on('close', (code, signal) => {
      if (answer?.ok) resolve(answer.value as Results[T]);
      else if (answer) reject(broken(`TensorFlow cannot be loaded: ${firstLine(answer.message)}`));
      else reject(broken(`A process that loaded TensorFlow ended with ${signal ?? `code ${code}`}${lastLine(complaints)}.`));
    });
    child.send({ task, package: installed } satisfies ChildTask);
  }).finally(() => clearTimeout(timer));
}

const broken = (message: string) => new EnvironmentError('tensorflow-broken', message);

const firstLine = (text: string) => `${text.split('\n', 1)[0].replace(/\.?\s*$/, '')}.`;

function lastLine(text: string): string {
  const last = text.trim().split('\n').at(-1);
  return last ? ` (${last})` : '';
}
