import { EnvironmentError, messageOf } from '../base/errors.ts';
import type { ProgressOutput } from '../study/progressBar.ts';

/** The process's ends, or stand-ins for them. */
export interface Io {
  /** Resolves when the text was handed over. @throws ClosedOutput, EnvironmentError `cannot-write` */
  print(text: string): Promise<void>;
  readonly errors: ProgressOutput;
  /** Of the terminal that standard output is; undefined when it is none. */
  readonly columns?: number;
  readStandardInput(): Promise<string>;
  /** Calls back at every Ctrl-C or termination request, which then no longer ends the process by itself. */
  onStopRequest(listener: () => void): void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Whoever read standard output has read enough (`| head`). */
export class ClosedOutput extends Error {}

export function processIo(): Io {
  // A failed write also reaches its callback; without a listener the event would end the process with a stack.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  return {
    print: writeToStandardOutput,
    errors: process.stderr,
    columns: process.stdout.columns,
    readStandardInput,
    onStopRequest: (listener) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, listener);
    },
    exit: (code) => process.exit(code),
  };
}

function writeToStandardOutput(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (!error) resolve();
      else if ('code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED')) reject(new ClosedOutput());
      else reject(new EnvironmentError('cannot-write', `Cannot write to standard output: ${messageOf(error)}.`, { cause: error }));
    });
  });
}

async function readStandardInput(): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}
