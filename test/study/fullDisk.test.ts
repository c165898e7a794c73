import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readEvents } from '../../core/study/events.ts';
import { createStudy, openStudy, readStudy } from '../../core/study/folder.ts';
import { startChild } from './processes/child.ts';
import { isCheckpointOf } from './processes/jobState.ts';
import { scratchFolder, studyFile } from './scratch.ts';

const scratch = scratchFolder();

/** Mounts a disk of one megabyte, where this user may. */
function mountSmallDisk(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const path = join(scratch, 'disk');
  mkdirSync(path);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path]).status === 0;
  if (mounted) afterAll(() => spawnSync('umount', ['-l', path]));
  return mounted ? path : undefined;
}
const smallDisk = mountSmallDisk();

/** Runs the job until it fails, and returns the step of the last checkpoint that it reported. */
async function runUntilFull(directory: string, values: number, shell?: string): Promise<{ saved: number; stderr: string }> {
  const child = startChild('./runJob.ts', [directory, '1000000', String(values)], shell);
  let saved = 0;
  for (let line = await child.nextLine(); line !== undefined; line = await child.nextLine()) {
    if (line.startsWith('saved ')) saved = Number(line.replace('saved ', ''));
  }
  const { code, stderr } = await child.ended();
  expect(code).toBe(1);
  expect(stderr).toContain('disk-full');
  expect(stderr).toContain('; the last checkpoint is untouched. Free space and run "pocketformer resume ');
  return { saved, stderr };
}

describe('a job on a full disk', () => {
  it.skipIf(process.platform === 'win32')('stops with disk-full when a file may not grow (skipped on Windows: no ulimit)', async () => {
    const directory = join(scratch, 'limited');
    (await createStudy(directory, studyFile)).close();
    // 16 blocks of 512 or 1024 bytes: checkpoints of 10 values fit, the history of events stops fitting at some point.
    const { saved, stderr } = await runUntilFull(directory, 10, 'ulimit -f 16');
    expect(saved).toBeGreaterThan(0);
    expect(stderr).toContain(`Cannot write ${join(directory, 'events.ndjson')}: the file would be larger than`);
    const { events } = readEvents(join(directory, 'events.ndjson'));
    const study = await openStudy(directory);
    expect(study.events.lastSeq).toBe(events.length);
    const checkpoint = await study.loadLatestCheckpoint();
    expect(checkpoint && isCheckpointOf(checkpoint, 10)).toBe(true);
    expect(checkpoint?.step).toBeGreaterThanOrEqual(saved);
    study.close();
  });

  it.skipIf(process.platform === 'win32')('stops with disk-full when a checkpoint does not fit (skipped on Windows: no ulimit)', async () => {
    const directory = join(scratch, 'too large');
    (await createStudy(directory, studyFile)).close();
    expect((await startChild('./runJob.ts', [directory, '3', '30000']).ended()).code).toBe(0);
    // At most 64 KiB a file: the history still fits, weights of 360 kB do not.
    const { saved, stderr } = await runUntilFull(directory, 30_000, 'ulimit -f 64');
    expect(saved).toBe(0);
    expect(stderr).toContain(`Cannot write ${join(directory, 'checkpoints', 'training-0000006')}: the file would be larger than`);
    expect(readdirSync(join(directory, 'checkpoints')).sort()).toEqual(['latest.json', 'training-0000003']);
    const resumed = startChild('./runJob.ts', [directory, '9', '30000']);
    expect(await resumed.nextLine()).toBe('ready 3');
    expect((await resumed.ended()).code).toBe(0);
  });

  it.skipIf(smallDisk === undefined)(
    'stops with disk-full, keeps the last checkpoint and goes on when there is room (skipped unless this user may mount a tmpfs)',
    async () => {
      const directory = join(smallDisk ?? '', 'study');
      (await createStudy(directory, studyFile)).close();
      // 3 x 4 x 30,000 bytes a checkpoint: two fit, and a third one does not fit beside them.
      const { saved, stderr } = await runUntilFull(directory, 30_000);
      expect(saved).toBe(6);
      expect(stderr).toContain('the disk is full');
      expect(readdirSync(join(directory, 'checkpoints')).sort()).toEqual(['latest.json', 'training-0000003', 'training-0000006']);
      expect((await readStudy(directory)).info.status).toBe('interrupted');

      expect(spawnSync('mount', ['-o', 'remount,size=4m', smallDisk ?? '']).status).toBe(0);
      const resumed = startChild('./runJob.ts', [directory, '12', '30000']);
      expect(await resumed.nextLine()).toBe('ready 6');
      expect((await resumed.ended()).code).toBe(0);
      expect((await readStudy(directory)).info.status).toBe('finished');
    },
  );
});
