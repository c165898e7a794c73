import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SessionEntry } from '../../../core/latency/protocol/entries.ts';
import { SessionFollower } from '../../../core/study/measuring/sessionFollower.ts';
import { FakeDevice, runFake, sha, startOf } from '../../latency/protocol/fakeDevice.ts';
import { scratchFolder } from '../scratch.ts';

const scratch = scratchFolder();
const linesOf = (entries: readonly SessionEntry[]) => entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');

/** A session that a fake device has measured, as a folder. */
async function sessionFolder(name: string, device: FakeDevice, models: readonly string[], settings = {}) {
  const start = startOf(models, settings);
  const entries: SessionEntry[] = [];
  await runFake(device, start, entries);
  const folder = join(scratch, name);
  mkdirSync(folder);
  const path = join(folder, 'session.jsonl');
  writeFileSync(path, linesOf([start, ...entries]));
  return { folder, path, start, entries };
}

describe('a session that is followed', () => {
  it('is unknown before its first entry, and known portion by portion, unfinished lines left for later', async () => {
    const { folder, path, start, entries } = await sessionFolder('growing', new FakeDevice(), ['a', 'b']);
    const text = linesOf([start, ...entries]);
    writeFileSync(path, '');
    const follower = new SessionFollower(folder);
    expect([await follower.update(), follower.state]).toEqual([false, undefined]);
    const half = text.length >> 1;
    appendFileSync(path, text.slice(0, half));
    expect(await follower.update()).toBe(true);
    expect(follower.state).toMatchObject({ total: 6, isStarted: true, isFinished: false });
    appendFileSync(path, text.slice(half));
    await follower.update();
    expect(follower.state).toMatchObject({ done: 6, total: 6, isFinished: true, rejected: [], pauses: [], failures: [] });
    expect(await follower.update()).toBe(false);
  });

  it('tells drift relative to the start, which rounds it cost, and the pause after it', async () => {
    // The third reference, after the first rounds, is a third slower.
    const device = new FakeDevice((name, count) => (name === 'reference' && count === 2 ? { slowness: 1.3 } : {}));
    const { folder } = await sessionFolder('drift', device, ['a', 'b'], { coolDownSeconds: 7 });
    const follower = new SessionFollower(folder);
    await follower.update();
    const { references, rejected, pauses, done } = follower.state!;
    expect(references.slice(0, 4).map(({ ratio, isSteady }) => [Number(ratio.toFixed(3)), isSteady])).toEqual([[1, true], [1, true], [1.3, false], [1, true]]);
    expect(rejected).toHaveLength(1);
    expect(rejected[0]).toMatchObject({ why: 'drift', rounds: 6 });
    expect(rejected[0].share).toBeCloseTo(0.3, 5);
    expect(rejected[0].models.length).toBe(6);
    expect(pauses).toEqual([{ rounds: 6, seconds: 7, why: 'drift' }]);
    expect(done).toBe(6);
  });

  it('tells rounds that disagree, warm devices and models that fail', async () => {
    const device = new FakeDevice((name, count) => {
      if (name === 'b') return { fault: { code: 'wrong-output' } };
      return { temperatureC: 30 + count, ...(name === 'a' && count === 1 ? { slowness: 1.1 } : {}) };
    });
    const { folder } = await sessionFolder('doubts', device, ['a', 'b']);
    const follower = new SessionFollower(folder);
    await follower.update();
    const { rejected, conditions, failures, done, total } = follower.state!;
    expect(rejected).toEqual([expect.objectContaining({ why: 'spread', models: [sha('a')] })]);
    expect(rejected[0].share).toBeCloseTo(0.1, 5);
    expect(conditions.at(-1)!.temperatureC).toBeGreaterThan(30);
    expect(failures).toEqual([expect.objectContaining({ model: sha('b'), code: 'wrong-output' })]);
    expect([done, total]).toEqual([6, 6]);
  });

  it('refuses a line that is none of a session, and says which', async () => {
    const { folder, path } = await sessionFolder('damaged', new FakeDevice(), ['a']);
    appendFileSync(path, '{"type":"reference","medianMs":-1}\n');
    await expect(new SessionFollower(folder).update()).rejects.toMatchObject({ code: 'damaged-records' });
  });
});
