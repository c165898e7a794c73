import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { EnvironmentError } from '../base/errors.ts';
import type { PeerJob } from './benchmark.ts';

const answerSchema = z.object({ timesMs: z.array(z.number().positive()).min(1), peakBytes: z.number(), peer: z.string() });
export type PeerAnswer = z.output<typeof answerSchema>;

/** The same in PyTorch, in a process of its own that waits between rounds. */
export class PeerProcess {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  #complaints = '';

  /** @param python the interpreter of an environment with PyTorch 2 */
  constructor(python: string, job: PeerJob & { readonly threads: number }) {
    const script = fileURLToPath(new URL(job.kind === 'dss' ? './peer/dss.py' : './peer/step.py', import.meta.url));
    this.#process = spawn(python, [script], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process.on('error', (error) => { this.#complaints += error.message; });
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => { this.#complaints += text; });
    this.#process.stdin.on('error', () => undefined);
    this.#lines = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
    this.#process.stdin.write(`${JSON.stringify(job)}\n`);
  }

  /** Takes steps. @throws EnvironmentError `peer-failed` with what Python said */
  async run(steps: number): Promise<PeerAnswer> {
    this.#process.stdin.write(`${steps}\n`);
    const { value, done } = await this.#lines.next();
    if (done) {
      const said = this.#complaints.trim().split('\n').at(-1) ?? '';
      throw new EnvironmentError('peer-failed', `The PyTorch peer ended without an answer (${said || 'it said nothing'}). `
        + 'Give a Python that has PyTorch 2 with --peer, or leave it out.');
    }
    return answerSchema.parse(JSON.parse(value));
  }

  stop(): void {
    this.#process.stdin.end();
    this.#process.kill();
  }
}
