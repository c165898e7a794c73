import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('./processes/train.ts', import.meta.url));
/** Far more than any machine takes; a program that never ends fails here. */
const patienceMs = 50_000;

function run(how: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', program, how], { stdio: ['ignore', 'pipe', 'pipe'], timeout: patienceMs });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
    child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

describe('a program whose engine has several threads', () => {
  it('ends by itself when it has nothing left to do, also where the engine was started in a worker thread', async () => {
    const [main, worker] = await Promise.all([run('train'), run('worker')]);
    expect(main).toMatchObject({ code: 0, stderr: '' });
    expect(main.stdout).toMatch(/^loss \d\.\d+\n$/);
    expect(worker).toEqual(main);
  });

  it('ends by itself when a step throws, with the error', async () => {
    const { code, stdout, stderr } = await run('throw');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('RangeError: No loss today.');
  });
});
