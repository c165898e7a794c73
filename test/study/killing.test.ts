import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { loadLatestCheckpoint } from '../../core/study/checkpoints.ts';
import { readEvents } from '../../core/study/events.ts';
import { effectiveEvents } from '../../core/study/eventTypes.ts';
import { createStudy, openStudy, readStudy } from '../../core/study/folder.ts';
import { startChild } from './processes/child.ts';
import { isCheckpointOf } from './processes/jobState.ts';
import { scratchFolder, studyFile } from './scratch.ts';

const scratch = scratchFolder();
const kills = 20;
/** Values per tensor: large enough that a good part of the job's time goes into writing checkpoints. */
const values = 50_000;

describe('a job that is killed at random moments', () => {
  it(`${kills} times never loses what it reported as saved, and goes on where it was`, async () => {
    const random = new Random('kill');
    const directory = join(scratch, 'killed');
    (await createStudy(directory, studyFile)).close();
    let savedStep = 0;
    let lastSeq = 0;

    for (let kill = 0; kill < kills; kill++) {
      const child = startChild('./runJob.ts', [directory, '1000000', String(values)]);
      const ready = await child.nextLine();
      expect(ready, (ready === undefined ? await child.ended() : undefined)?.stderr).toBe(`ready ${savedStep}`);
      void sleep(random.uniform() * 60).then(() => child.process.kill('SIGKILL'));
      let reported = savedStep;
      for (let line = await child.nextLine(); line !== undefined; line = await child.nextLine()) {
        reported = Number(line.replace('saved ', ''));
      }
      expect((await child.ended()).code).toBe('SIGKILL');
      expect((await readStudy(directory)).info.status).toBe('interrupted');
      const checkpoint = await loadLatestCheckpoint(join(directory, 'checkpoints'));
      if (reported > 0) expect(checkpoint && isCheckpointOf(checkpoint, values)).toBe(true);
      expect(checkpoint?.damaged ?? []).toEqual([]);
      // It may have been killed between saving a checkpoint and saying so.
      expect(checkpoint?.step ?? 0).toBeGreaterThanOrEqual(reported);
      savedStep = checkpoint?.step ?? 0;

      const { events } = readEvents(join(directory, 'events.ndjson'));
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
      expect(events.length).toBeGreaterThan(lastSeq);
      lastSeq = events.length;
    }

    const child = startChild('./runJob.ts', [directory, String(savedStep + 6), String(values)]);
    const { code, stderr } = await child.ended();
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const { info, events } = await readStudy(directory);
    expect(info.status).toBe('finished');
    const steps = effectiveEvents(events).flatMap((event) => (event.kind === 'step' ? [event.step] : []));
    expect(steps).toEqual(Array.from({ length: savedStep + 6 }, (_, i) => i + 1));
    expect(readdirSync(directory).sort()).toEqual(['checkpoints', 'events.ndjson', 'study.json', 'study.pocketformer', 'study.yaml']);
    expect(readdirSync(join(directory, 'checkpoints'))).toHaveLength(3);
  }, 300_000);

  it('leaves the study free for the next process at once', async () => {
    const directory = join(scratch, 'free');
    (await createStudy(directory, studyFile)).close();
    const child = startChild('./runJob.ts', [directory, '1000000', '10']);
    await child.nextLine();
    await expect(openStudy(directory)).rejects.toMatchObject({ code: 'study-in-use', details: { pid: child.process.pid } });
    child.process.kill('SIGKILL');
    await child.ended();
    (await openStudy(directory)).close();
  });
});
