import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { ZodType } from 'zod';
import type { Io } from '../../core/cli/io.ts';
import { main } from '../../core/cli/main.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process. `onStopRequest` gets what Ctrl-C calls. */
export async function cli(
  args: readonly string[], { stdin = '', onStopRequest = () => undefined }: Partial<Pick<Io, 'onStopRequest'> & { stdin: string }> = {},
): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const io: Io = {
    print: async (text) => { stdout += text; },
    errors: { write: (text) => { stderr += text; } },
    readStandardInput: async () => stdin,
    onStopRequest,
    exit: (code) => { throw new Error(`exit ${code}`); },
  };
  return { code: await main(args, io), stdout, stderr };
}

/** Runs a command line that must succeed with --json, and returns what it printed, a value for each line. */
export async function jsonLines<T>(schema: ZodType<T>, args: readonly string[], options?: { stdin?: string }): Promise<T[]> {
  const { code, stdout, stderr } = await cli([...args, '--json'], options);
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  if (!stdout.endsWith('\n')) throw new Error('the last line is not ended');
  return stdout.slice(0, -1).split('\n').map((line) => schema.parse(JSON.parse(line)));
}

/** Runs a command line that must fail as wrong input does: exit code 2, nothing on stdout, one line on stderr. */
export async function complaint(args: readonly string[], options?: { stdin?: string }): Promise<string> {
  const { code, stdout, stderr } = await cli(args, options);
  if (code !== 2 || stdout !== '' || !/^pocketformer: [^\n]+\n$/.test(stderr)) {
    throw new Error(`expected one line and exit code 2, got ${JSON.stringify({ code, stdout, stderr })}`);
  }
  return stderr.slice('pocketformer: '.length, -1);
}

/** A folder that lasts as long as the test file. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pocketformer-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
