import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { accuracyObjective } from '../../../core/search/objective.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { EventLog } from '../../../core/study/events.ts';
import { FollowedEvaluations } from '../../../core/study/evaluations/followEvaluations.ts';
import { studyPaths } from '../../../core/study/folder.ts';
import { writeLargeStudy } from '../largeStudy.ts';
import { scratchFolder } from '../scratch.ts';

const scratch = scratchFolder();
const space = getSpace('elasticvit-mini');
let folders = 0;
let paths: ReturnType<typeof studyPaths>;
let index: string;

beforeEach(async () => {
  const directory = join(scratch, `study${folders++}`);
  await writeLargeStudy(directory, { evaluations: 60, batches: 4, trainingSteps: 5 });
  paths = studyPaths(directory);
  index = join(paths.cache, 'evaluations.index');
});

const follow = () => new FollowedEvaluations({ paths, space, objective: accuracyObjective, indexEveryBytes: 1000 });

/** Opens as if for the first time after a start, and waits until the index is written. */
async function opened(): Promise<FollowedEvaluations> {
  const followed = follow();
  await followed.update();
  await followed.close();
  return followed;
}

async function withoutIndex() {
  const followed = new FollowedEvaluations({ paths: { ...paths, cache: join(scratch, 'none') }, space, objective: accuracyObjective, indexEveryBytes: Infinity });
  await followed.update();
  return followed.table.views();
}

function appendEvaluations(count: number): void {
  const log = new EventLog(paths.events);
  for (let i = 0; i < count; i++) {
    log.append({ kind: 'evaluation', accuracy: i / 10, images: 10, latencyMs: { 'another phone': 3 }, label: 'x', arch: space.smallest });
  }
  log.close();
}

/** Changes a number in the middle of the history, which nobody does in earnest. */
function changeMiddle(): void {
  const text = readFileSync(paths.events, 'utf8');
  const at = text.indexOf('"macs":', text.length / 2) + '"macs":'.length;
  writeFileSync(paths.events, `${text.slice(0, at)}${text[at] === '9' ? '8' : '9'}${text.slice(at + 1)}`);
}

describe('the index of evaluations', () => {
  it('gives the table that a fresh read gives, and how to go on from there', async () => {
    await opened();
    expect(existsSync(index)).toBe(true);
    const again = follow();
    expect(await again.update()).toEqual({ reset: false, from: 0, to: 60 });
    expect(again.table.views()).toEqual(await withoutIndex());
    appendEvaluations(2);
    expect(await again.update()).toEqual({ reset: false, from: 60, to: 62 });
    expect(again.table.views()).toEqual(await withoutIndex());
    await again.close();
    expect((await opened()).table.views()).toEqual(await withoutIndex());
  });

  it('spares reading the history again', async () => {
    await opened();
    changeMiddle();
    // Of what was indexed, only the beginning and the end are looked at.
    expect((await opened()).table.views()).not.toEqual(await withoutIndex());
  });

  it('knows what a resumed search takes back from it', async () => {
    await opened();
    const log = new EventLog(paths.events);
    log.append({ kind: 'resumed', phase: 'search', step: 0, afterSeq: 40 });
    log.append({ kind: 'evaluation', accuracy: 0.5, images: 10, label: 'x', arch: space.smallest });
    log.close();
    const again = await opened();
    expect(again.table.views()).toEqual(await withoutIndex());
    expect(again.table.count).toBeLessThan(40);
  });

  it('is not written for a short history', async () => {
    const followed = new FollowedEvaluations({ paths, space, objective: accuracyObjective });
    await followed.update();
    await followed.close();
    expect(existsSync(paths.cache)).toBe(false);
  });

  it('is done without where it cannot be written', async () => {
    writeFileSync(paths.cache, 'a file where the folder should be');
    expect((await opened()).table.views()).toEqual(await withoutIndex());
  });

  it.each([
    ['is cut short', () => truncateSync(index, readFileSync(index).length - 1)],
    ['is empty', () => writeFileSync(index, '')],
    ['has a wrong byte', () => {
      const bytes = readFileSync(index);
      bytes[bytes.length - 100] ^= 1;
      writeFileSync(index, bytes);
    }],
    ['is of another version', () => writeFileSync(index, readFileSync(index, 'latin1').replace('"version":1', '"version":2'), 'latin1')],
    ['is no index', () => writeFileSync(index, 'Some text that someone put here.')],
    ['is a folder', () => {
      rmSync(index);
      mkdirSync(index);
    }],
    ['belongs to a history that has lost its last line', () => {
      const text = readFileSync(paths.events, 'utf8');
      writeFileSync(paths.events, text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1));
    }],
    ['belongs to a history that has lost a line in the middle', () => {
      const lines = readFileSync(paths.events, 'utf8').split('\n');
      writeFileSync(paths.events, lines.filter((_, i) => i !== 40).join('\n'));
    }],
    ['belongs to another history', () => {
      writeFileSync(paths.events, readFileSync(paths.events, 'utf8').replace('"name":"large"', '"name":"other"'));
      changeMiddle();
    }],
    ['has no history any more', () => rmSync(paths.events)],
  ])('is thrown away when it %s', async (_, spoil) => {
    await opened();
    spoil();
    expect((await opened()).table.views()).toEqual(await withoutIndex());
    expect((await opened()).table.views()).toEqual(await withoutIndex());
  });
});
