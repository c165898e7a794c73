import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

export const repository = fileURLToPath(new URL('../../', import.meta.url));
export const bin = join(repository, 'core', 'cli', 'bin.js');

export interface Ended {
  /** Null when a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What standard error holds so far; calls back when more arrives. */
  onStderr(listener: (soFar: string) => void): void;
}

/** Starts the program as a user does, in a folder of their own. */
export function start(args: readonly string[], { cwd = tmpdir(), input = '' } = {}): Started {
  const child = spawn(process.execPath, [bin, ...args], { cwd, stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  const listeners: ((soFar: string) => void)[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const listener of listeners) listener(stderr);
  });
  // A program that ends without reading all of its input is no failure of the test.
  child.stdin.on('error', () => undefined).end(input);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended, onStderr: (listener) => { listeners.push(listener); } };
}

/** Runs the program to its end. */
export const pocketformer = (args: readonly string[], options?: { cwd?: string; input?: string }): Promise<Ended> =>
  start(args, options).ended;

/** A folder that lasts as long as the test file. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pocketformer-e2e-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
