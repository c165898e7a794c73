import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Child {
  readonly process: ChildProcess;
  /** The next line that it prints; undefined when it ended. */
  nextLine(): Promise<string | undefined>;
  /** Its exit code or the signal that ended it, and what it wrote to stderr. */
  ended(): Promise<{ code: number | string | null; stderr: string }>;
}

/** Runs one of the scripts beside this file in a process of its own. @param shell put before the command, as `sh` reads it. */
export function startChild(script: string, args: readonly string[], shell?: string): Child {
  const command = ['--import', 'tsx', fileURLToPath(new URL(script, import.meta.url)), ...args];
  const child = shell === undefined
    ? spawn(process.execPath, command)
    // The shell may limit file sizes, and tsx's own cache must not be the first to meet that limit.
    : spawn('sh', ['-c', `${shell}; exec "$@"`, 'sh', process.execPath, ...command], { env: { ...process.env, TSX_DISABLE_CACHE: '1' } });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  return {
    process: child,
    nextLine: async () => (await lines.next()).value as string | undefined,
    ended: async () => {
      const [code, signal] = await closed;
      return { code: code ?? signal, stderr };
    },
  };
}
