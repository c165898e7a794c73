import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireStudyLock, studyLockHolder } from '../../core/study/lock.ts';
import { startChild } from './processes/child.ts';
import { scratchFolder } from './scratch.ts';

const scratch = scratchFolder();
let folders = 0;
function newFolder(): string {
  const folder = join(scratch, String(folders++));
  mkdirSync(folder);
  return folder;
}

/** No system gives out such a number: Linux ends at 2^22, macOS at 99998, and Windows' are multiples of four. */
const deadPid = 2 ** 30 + 1;
const since = '2026-01-01T00:00:00.000Z';

function leaveLock(folder: string, content: object | string): string {
  const path = join(folder, 'lock-1-deadbeef.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const ownLock = (folder: string) => {
  const [name] = readdirSync(folder);
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>;
};

describe('the lock of a study', () => {
  it('tells who has the study, and is gone when it is released', async () => {
    const folder = newFolder();
    const lock = await acquireStudyLock(folder);
    expect(ownLock(folder)).toMatchObject({ pid: process.pid, host: hostname() });
    expect(studyLockHolder(folder)).toMatchObject({ pid: process.pid });
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
    expect(studyLockHolder(folder)).toBeUndefined();
    (await acquireStudyLock(folder)).release();
  });

  it('refuses a second taker and says who has it and what to do', async () => {
    const folder = newFolder();
    const lock = await acquireStudyLock(folder);
    const second = acquireStudyLock(folder);
    await expect(second).rejects.toMatchObject({ name: 'EnvironmentError', code: 'study-in-use', details: { pid: process.pid } });
    await expect(second).rejects.toThrow(`${folder} is in use by process ${process.pid} on ${hostname()} since `);
    await expect(second).rejects.toThrow(`delete ${lock.path}.`);
    expect(readdirSync(folder)).toHaveLength(1);
    lock.release();
  });

  it('is taken over from a process that is gone', async () => {
    const folder = newFolder();
    const stale = leaveLock(folder, { pid: deadPid, host: hostname(), since });
    expect(studyLockHolder(folder)).toBeUndefined();
    const lock = await acquireStudyLock(folder);
    expect(existsSync(stale)).toBe(false);
    lock.release();
  });

  it.skipIf(process.platform !== 'linux')('is taken over when its process number belongs to another process by now (Linux only)', async () => {
    const folder = newFolder();
    const first = await acquireStudyLock(folder);
    const { processStart } = ownLock(folder);
    first.release();
    leaveLock(folder, { pid: process.pid, host: hostname(), since, processStart });
    await expect(acquireStudyLock(folder)).rejects.toMatchObject({ code: 'study-in-use' });
    leaveLock(folder, { pid: process.pid, host: hostname(), since, processStart: `${String(processStart)}0` });
    (await acquireStudyLock(folder)).release();
  });

  it('is respected when it comes from another machine, whose processes cannot be seen', async () => {
    const folder = newFolder();
    const path = leaveLock(folder, { pid: deadPid, host: 'another-machine', since });
    await expect(acquireStudyLock(folder)).rejects.toThrow(`process ${deadPid} on another-machine since ${since}`);
    await expect(acquireStudyLock(folder)).rejects.toThrow(`delete ${path}`);
  });

  it('is taken over when its process died before writing its name, but not while it may be doing so', async () => {
    const folder = newFolder();
    const path = leaveLock(folder, '{"pid":');
    await expect(acquireStudyLock(folder)).rejects.toThrow('is in use by another process');
    utimesSync(path, new Date(0), new Date(0));
    (await acquireStudyLock(folder)).release();
  });
});

describe('several processes that want one study', () => {
  it('never share it: of six that start together beside a stale lock one gets it, and after its death the next', async () => {
    const folder = newFolder();
    leaveLock(folder, { pid: deadPid, host: hostname(), since });
    const children = Array.from({ length: 6 }, () => startChild('./holdStudy.ts', [folder]));
    for (const child of children) expect(await child.nextLine()).toBe('ready');
    for (const child of children) child.process.stdin?.write('go\n');
    const answers = await Promise.all(children.map((child) => child.nextLine()));
    const winner = children[answers.indexOf('held')];
    expect(answers.filter((answer) => answer === 'held')).toHaveLength(1);
    for (const answer of answers) {
      if (answer !== 'held') expect(answer).toContain(`refused: ${folder} is in use by`);
    }
    expect(studyLockHolder(folder)).toMatchObject({ pid: winner.process.pid });

    winner.process.kill('SIGKILL');
    for (const child of children) {
      child.process.stdin?.end();
      await child.ended();
    }
    expect(studyLockHolder(folder)).toBeUndefined();
    (await acquireStudyLock(folder)).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('get it back when its owner ends by itself', async () => {
    const folder = newFolder();
    const child = startChild('./holdStudy.ts', [folder]);
    await child.nextLine();
    child.process.stdin?.write('go\n');
    expect(await child.nextLine()).toBe('held');
    expect(readdirSync(folder)).toHaveLength(1);
    child.process.stdin?.end();
    expect((await child.ended()).code).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });
});
