import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../core/base/errors.ts';
import { Random } from '../../core/base/random.ts';
import { loadDevice } from '../../core/latency/devices.ts';
import { LatencyTable } from '../../core/latency/latencyTable.ts';
import { predictLatency } from '../../core/latency/predict.ts';
import { createSearch, advance } from '../../core/search/evolution.ts';
import { accuracyObjective } from '../../core/search/objective.ts';
import type { SearchProblem } from '../../core/search/problem.ts';
import { searchResult } from '../../core/search/result.ts';
import { resultFile } from '../../core/search/resultFile.ts';
import { searchSettingsSchema } from '../../core/search/settings.ts';
import { getSpace } from '../../core/spaces/index.ts';
import { readEvents } from '../../core/study/events.ts';
import { effectiveEvents } from '../../core/study/eventTypes.ts';
import { createStudy, openStudy } from '../../core/study/folder.ts';
import { checkStudyText } from '../../core/study/library/checkStudy.ts';
import { prepareTraining } from '../../core/study/run/prepareRun.ts';
import { runStudy } from '../../core/study/run/runStudy.ts';
import { trainingPhase } from '../../core/study/run/trainingPhase.ts';
import { parseStudyFile } from '../../core/study/studyFile.ts';
import { earlierBest, readEarlierStudies } from '../../core/study/warmStart.ts';
import { scratchFolder, studyText } from './scratch.ts';

const folder = scratchFolder();
const space = getSpace('elasticvit-mini');
const models = ['pixel4', 'pixel6'].map(loadDevice);
const table = new LatencyTable(space, models, 10);
const problem: SearchProblem<unknown> = {
  space, objective: accuracyObjective, classes: 10, devices: models.map(({ name }) => ({ name })), predict: (arch) => table.predict(arch),
};
const settings = searchSettingsSchema.parse({ initialPopulation: 12, generations: 0 });
const studyOf = (text: string) => ({ settings: parseStudyFile(text, 'study.yaml'), text, path: 'study.yaml', baseDir: folder });

/** A study that has evaluated these architectures, without having trained. */
async function evaluatedStudy(name: string, evaluations: readonly (readonly [arch: unknown, accuracy: number])[]): Promise<void> {
  const study = await createStudy(join(folder, name), studyOf(studyText));
  for (const [arch, accuracy] of evaluations) study.events.append({ kind: 'evaluation', accuracy, images: 10, label: space.key(arch), arch });
  study.close();
}

const random = new Random('earlier');
const someArchs = (count: number) => Array.from({ length: count }, () => space.sample(random));
const keysOf = (archs: readonly unknown[]) => archs.map((arch) => space.key(arch));

describe('beginning with earlier studies', () => {
  const [fast, slow] = [space.smallest, space.largest];
  const [bad, worse, foreign] = someArchs(3).sort((a, b) => table.predict(a)[0].latencyMs - table.predict(b)[0].latencyMs);

  it('takes the best on the own devices first, then what they leave, the studies taking turns', async () => {
    // The fastest and the most accurate are on the front. Of the other two one is faster and more accurate.
    await evaluatedStudy('one', [[worse, 0.1], [slow, 0.6], [bad, 0.2], [fast, 0.3]]);
    await evaluatedStudy('two', [[foreign, 0.9]]);
    const first = earlierBest(await readEarlierStudies(['one', 'two'], folder, space), problem, settings);
    expect(first).toHaveLength(5);
    expect(keysOf(first)[1]).toBe(space.key(foreign));
    expect(new Set([keysOf(first)[0], keysOf(first)[2]])).toEqual(new Set(keysOf([fast, slow])));
    expect(keysOf(first.slice(3))).toEqual(keysOf([bad, worse]));
  });

  it('finds the fronts where only the results are left', async () => {
    const study = await createStudy(join(folder, 'tidied'), studyOf(studyText));
    let state = createSearch(problem, searchSettingsSchema.parse({ initialPopulation: 6, generations: 0 }), new Random(1));
    state = advance(problem, state, state.pending.map(({ key }, i) => ({ key, value: 0.1 * (i + 1) })));
    const result = searchResult(problem, state);
    await study.writeFile(study.paths.fronts, JSON.stringify(resultFile(result)));
    study.close();
    rmSync(join(folder, 'tidied', 'events.ndjson'), { force: true });
    const first = earlierBest(await readEarlierStudies(['tidied'], folder, space), problem, settings);
    expect(new Set(keysOf(first))).toEqual(new Set(result.devices.flatMap(({ front }) => front.map(({ key }) => key))));
  });

  it('refuses folders that are no study, studies of another space, and those that have evaluated nothing', async () => {
    (await createStudy(join(folder, 'fresh'), studyOf(studyText))).close();
    (await createStudy(join(folder, 'large'), studyOf(studyText.replace('elasticvit-mini', 'elasticvit')))).close();
    const read = (name: string) => readEarlierStudies([name], folder, space);
    await expect(read('nowhere')).rejects.toMatchObject({ code: 'missing-study' });
    await expect(read('.')).rejects.toMatchObject({ code: 'not-a-study' });
    await expect(read('fresh')).rejects.toMatchObject({ code: 'no-fronts', message: expect.stringContaining('has not evaluated') });
    await expect(read('large')).rejects.toMatchObject({
      code: 'other-space', message: expect.stringMatching(/space elasticvit; a search of elasticvit-mini/),
    });
    const { problems } = await checkStudyText(`${studyText}search:\n  warmStart:\n    - fresh\n    - nowhere\n    - large\n`, folder);
    expect(problems.map(({ path, line }) => [path.join('.'), line])).toEqual([['search.warmStart.1', 11], ['search.warmStart.2', 12]]);
  });
});

const tiny = `version: 1
name: tiny
seed: 3
space: elasticvit-mini
compute: { threads: 1 }
data: { kind: synthetic, imageSize: 32, trainImages: 20, valImages: 10 }
devices: [pixel4, pixel6]
training: { steps: 4, batchSize: 2, warmupSteps: 1, buckets: 2, checkpointEverySteps: 4 }
search: { generations: 0, initialPopulation: 12, calibrationBatches: 1, evaluationImages: 10, warmStart: [good] }
export: { perDevice: 0 }
`;

async function rememberedBy(directory: string) {
  const study = await openStudy(directory);
  const context = await prepareTraining(study, {});
  try {
    return (await trainingPhase(context)).remembered;
  } finally {
    context.data.close();
    study.close();
  }
}

describe('a run that is to begin with an earlier study', () => {
  it('evaluates that study\'s best first, then what the training remembers, then others, even if the study is gone when it goes on', async () => {
    const earlier = someArchs(8);
    await evaluatedStudy('good', earlier.map((arch, i) => [arch, 0.1 + 0.1 * i]));
    const directory = join(folder, 'run');
    (await createStudy(directory, studyOf(tiny))).close();
    const best = keysOf(earlierBest(await readEarlierStudies(['good'], folder, space), problem, settings));
    const abort = new AbortController();
    let study = await openStudy(directory);
    await expect(runStudy(study, {
      signal: abort.signal, onProgress: ({ phase, done }) => { if (phase === 'search' && done === 3) abort.abort(); },
    })).rejects.toBeInstanceOf(CancelledError);
    study.close();
    rmSync(join(folder, 'good'), { recursive: true });
    study = await openStudy(directory);
    await runStudy(study);
    study.close();
    const evaluations = effectiveEvents(readEvents(study.paths.events).events).filter((event) => event.kind === 'evaluation');
    const labels = evaluations.map(({ label }) => label!);
    expect(labels).toHaveLength(12);
    expect(labels.slice(0, 6)).toEqual(best.slice(0, 6));
    const remembered = await rememberedBy(directory);
    expect(remembered.every((bucket) => bucket.length > 0)).toBe(true);
    // Half of the six places left, the buckets taking turns.
    const turns = remembered[0].flatMap((arch, i) => [arch, ...remembered.slice(1).flatMap((bucket) => bucket.slice(i, i + 1))]);
    const unknown = keysOf([...turns, ...remembered.slice(1).flat()]).filter((key) => !labels.slice(0, 6).includes(key));
    expect(labels.slice(6, 9)).toEqual([...new Set(unknown)].slice(0, 3));
    expect(labels.slice(9)).toEqual(expect.arrayContaining(keysOf([space.smallest, space.largest])));
    for (const { arch, latencyMs } of evaluations) {
      const network = space.lower(space.parse(arch), { classes: 10 });
      for (const model of models) expect(latencyMs![model.name]).toBe(Number(predictLatency(model, network).latencyMs.toPrecision(6)));
    }
  }, 60_000);

  it('fails before it trains when the study is missing', async () => {
    const directory = join(folder, 'hopeless');
    (await createStudy(directory, studyOf(tiny.replace('[good]', '[gone]')))).close();
    const study = await openStudy(directory);
    await expect(runStudy(study)).rejects.toMatchObject({ code: 'missing-study', message: expect.stringContaining('gone') });
    study.close();
    expect(readEvents(study.paths.events).events.map(({ kind }) => kind)).toEqual(['failed']);
  });
});
