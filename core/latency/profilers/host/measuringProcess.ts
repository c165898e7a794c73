import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { EnvironmentError, InputError, messageOf } from '../../../base/errors.ts';
import { nodeProgram } from '../../../engine/nodeProgram.ts';
import type { HostAnswer, HostRequest, HostRunResult } from './messages.ts';

/**
 * A process that only runs models, so that neither this program's threads nor its garbage are measured, and a runtime that
 * crashes takes nothing with it. It is started anew after a crash.
 */
export class MeasuringProcess {
  readonly #affinity: readonly number[] | undefined;
  #child: ChildProcess | undefined;

  /** @param affinity processors that it may use, with `taskset` (Linux); all unless given */
  constructor(affinity?: readonly number[]) {
    this.#affinity = affinity;
  }

  /** @throws EnvironmentError `profiler-crashed`, `model-refused`; InputError `unmeasurable-model` */
  async run(request: HostRequest): Promise<HostRunResult> {
    const answer = await this.#ask(request);
    if (answer.ok) return answer.value;
    if (answer.code === 'unmeasurable-model') throw new InputError(answer.code, answer.message);
    throw new EnvironmentError(answer.code ?? 'model-refused', answer.code === undefined
      ? `${request.path}: ONNX Runtime cannot run this model: ${answer.message}` : answer.message);
  }

  /** Ends the process, whatever it is doing. */
  close(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  #ask(request: HostRequest): Promise<HostAnswer> {
    const child = this.#child ??= this.#start();
    return new Promise((resolve, reject) => {
      let complaints = '';
      const hear = (text: Buffer) => { complaints = (complaints + text.toString()).slice(-4000); };
      const settle = () => {
        child.off('message', onMessage).off('error', onError).off('close', onClose);
        child.stderr!.off('data', hear);
      };
      const fail = (reason: string) => {
        settle();
        this.#child = undefined;
        const last = complaints.trim().split('\n').at(-1);
        reject(new EnvironmentError('profiler-crashed', `${request.path}: ${reason}${last ? ` (${last})` : ''}.`));
      };
      const onMessage = (answer: unknown) => {
        settle();
        resolve(answer as HostAnswer);
      };
      const onError = (error: unknown) => fail(`the process that measures could not be started: ${messageOf(error)}`);
      const onClose = (code: number | null, signal: string | null) => fail(`the process that measures ended with ${signal ?? `code ${code}`}`);
      child.on('message', onMessage).on('error', onError).on('close', onClose);
      child.stderr!.on('data', hear);
      child.send(request, (error) => { if (error) fail(`the process that measures does not answer: ${error.message}`); });
    });
  }

  #start(): ChildProcess {
    const child = startChild(this.#affinity);
    // One that dies between two requests is replaced at the next.
    child.once('close', () => { if (this.#child === child) this.#child = undefined; });
    return child;
  }
}

function startChild(affinity: readonly number[] | undefined): ChildProcess {
  const node = nodeProgram();
  if (node === undefined) {
    throw new EnvironmentError('no-node', 'The desktop app cannot start a process that measures alone. Use "pocketformer serve" with Node.js installed.');
  }
  const bound = affinity === undefined ? { execPath: node, execArgv: [] } : { execPath: 'taskset', execArgv: ['-c', affinity.join(','), node] };
  return fork(fileURLToPath(new URL('./child.js', import.meta.url)), [], {
    ...bound, serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}
