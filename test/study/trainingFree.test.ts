import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../core/base/errors.ts';
import { Random } from '../../core/base/random.ts';
import { readModel } from '../../core/graph/onnx/read.ts';
import { networkParams } from '../../core/network/blockGraph.ts';
import { loadDevice } from '../../core/latency/devices.ts';
import { predictLatency } from '../../core/latency/predict.ts';
import { paretoFront } from '../../core/search/pareto.ts';
import { getSpace } from '../../core/spaces/index.ts';
import { FollowedEvaluations } from '../../core/study/evaluations/followEvaluations.ts';
import { createStudy, openStudy, readStudy, studyPaths } from '../../core/study/folder.ts';
import { StudyRowReader } from '../../core/study/library/studyRow.ts';
import { runStudy } from '../../core/study/run/runStudy.ts';
import { parseStudyFile } from '../../core/study/studyFile.ts';
import { readSummary } from '../../core/study/summary.ts';
import { loadTrainedStudy } from '../../core/study/trainedStudy.ts';
import { readEarlierStudies } from '../../core/study/warmStart.ts';
import { scratchFolder } from './scratch.ts';

const folder = scratchFolder();
const space = getSpace('elasticvit-mini');

function studyText({ proxy = 'params', evaluations = 150, perDevice = 0, more = '' } = {}): string {
  return `version: 1
name: free
seed: 4
space: elasticvit-mini
compute: { threads: 1 }
devices: [pixel6, { name: pixel4, maxMs: 2 }]
scoring: { proxy: ${proxy} }
search: { algorithm: random, evaluations: ${evaluations}${more} }
export: { perDevice: ${perDevice} }
`;
}

async function create(name: string, text: string): Promise<string> {
  const directory = join(folder, name);
  (await createStudy(directory, { settings: parseStudyFile(text, 'free.yaml'), text, path: 'free.yaml', baseDir: folder })).close();
  return directory;
}

/** Runs what is left of a study, until it has evaluated `stopAfter` architectures. */
async function run(directory: string, stopAfter = Infinity): Promise<void> {
  const study = await openStudy(directory);
  const abort = new AbortController();
  try {
    await runStudy(study, { signal: abort.signal, onProgress: ({ phase, done }) => { if (phase === 'search' && done >= stopAfter) abort.abort(); } });
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
  } finally {
    study.close();
  }
}

const frontsOf = (directory: string) => readFileSync(studyPaths(directory).fronts, 'utf8');

describe('a study that trains nothing', () => {
  const finished = create('finished', studyText({ perDevice: 1 })).then(async (directory) => {
    await run(directory);
    return directory;
  });

  it('has the fronts of its scores, which counting parameters confirms', async () => {
    const directory = await finished;
    const { result, data, engine, exported } = await readSummary(studyPaths(directory).summary);
    expect(result?.objective).toEqual({ id: 'params', title: 'Parameters', kind: 'score', direction: 'higher' });
    expect({ data, engine }).toEqual({ data: null, engine: 'ort' });
    const evaluations = (await readStudy(directory)).events.flatMap((event) => (event.kind === 'evaluation' ? [event] : []));
    expect(evaluations).toHaveLength(150);
    for (const { score, arch, accuracy, images } of evaluations) {
      expect(score).toBe(networkParams(space.lower(space.parse(arch))));
      expect({ accuracy, images }).toEqual({ accuracy: undefined, images: undefined });
    }
    for (const { device, maxMs = Infinity, front } of result!.devices) {
      const points = evaluations.map(({ score, latencyMs, label }) => ({ label, value: score!, latencyMs: latencyMs![device]! }));
      expect(front.map(({ key }) => key)).toEqual(paretoFront(points.filter(({ latencyMs }) => latencyMs <= maxMs)).map(({ label }) => label));
    }
    expect(exported.every(({ accuracy }) => accuracy === null)).toBe(true);
  });

  it('goes through no phase that it does not have', async () => {
    const { events } = await readStudy(await finished);
    expect(events.flatMap((event) => (event.kind === 'phase-started' ? [event.phase] : []))).toEqual(['search', 'export']);
  });

  it('says in its models that their weights are untrained', async () => {
    const directory = await finished;
    const [{ path }] = (await readSummary(studyPaths(directory).summary)).exported;
    expect(readModel(readFileSync(join(directory, path))).metadata['pocketformer.weights']).toBe('untrained, initialised from the seed');
  });

  it('is listed with its best score and what that is', async () => {
    const row = await new StudyRowReader().read(await finished);
    expect(row).toMatchObject({ objective: { id: 'params', kind: 'score' }, linearAccuracy: null, imageSize: null });
    const { result } = await readSummary(studyPaths(await finished).summary);
    expect(row?.best.map(({ value }) => value)).toEqual(result?.devices.map(({ front }) => front.at(-1)?.value));
  });

  it('can be what another search of the space begins with', async () => {
    const [earlier] = await readEarlierStudies([await finished], folder, space);
    expect(earlier).toHaveLength(150);
  });

  it('has no weights that a supernet has learned', async () => {
    await expect(loadTrainedStudy(await readStudy(await finished))).rejects.toMatchObject({ code: 'training-free-study' });
  });

  it('ends in the same fronts, stopped and gone on with or not', async () => {
    const expected = JSON.parse(frontsOf(await finished)) as unknown;
    const stopped = await create('stopped', studyText());
    for (const after of [1, 40, 100]) await run(stopped, after);
    await run(stopped);
    expect(JSON.parse(frontsOf(stopped))).toEqual(expected);
  });

  it('keeps limits on parameters in every search by a score', async () => {
    const directory = await create('limited', studyText({ evaluations: 80, more: ', paramsMin: 400000, paramsMax: 900000' }));
    await run(directory);
    const { events } = await readStudy(directory);
    const scores = events.flatMap((event) => (event.kind === 'evaluation' ? [event.score!] : []));
    expect(scores).toHaveLength(80);
    expect(Math.min(...scores)).toBeGreaterThanOrEqual(400_000);
    expect(Math.max(...scores)).toBeLessThanOrEqual(900_000);
  });
});

describe('a search that begins with the best by a score', () => {
  it('evaluates first what is on their front of score against latency, which trying all pairs confirms', async () => {
    const text = `version: 1
name: begun
seed: 4
space: elasticvit-mini
compute: { threads: 1 }
devices: [pixel6]
scoring: { proxy: macs }
search: { generations: 0, initialPopulation: 12, firstPopulation: { proxy: params, candidates: 40 } }
export: { perDevice: 0 }
`;
    const directory = await create('begun', text);
    await run(directory);
    const { events } = await readStudy(directory);
    const evaluated = events.flatMap((event) => (event.kind === 'evaluation' ? [event.label!] : []));
    expect(evaluated).toHaveLength(12);
    const random = new Random(4).fork('first population');
    const drawn = Array.from({ length: 40 }, () => space.sample(random)).map((arch) => {
      const network = space.lower(arch);
      return { key: space.key(arch), params: networkParams(network), ms: predictLatency(loadDevice('pixel6'), network).latencyMs };
    });
    const front = drawn.filter((one) => !drawn.some((other) => other.params >= one.params && other.ms <= one.ms && (other.params > one.params || other.ms < one.ms)));
    expect(front.length).toBeGreaterThan(6);
    // At most half of the places are theirs.
    for (const key of evaluated.slice(0, 6)) expect(front.map((one) => one.key)).toContain(key);
    expect(evaluated.slice(6).filter((key) => drawn.some((one) => one.key === key))).toEqual([]);
  });
});

describe('evaluations by a score where lower is better', () => {
  it('are followed with their sign turned, so that larger is better, and NaN where a score is not valid', async () => {
    const directory = await create('lower', studyText());
    const study = await openStudy(directory);
    const common = { kind: 'evaluation', macs: 1, params: 1, latencyMs: { pixel6: 1 }, batch: 0, arch: {} } as const;
    study.events.append({ ...common, score: 120, label: 'a' });
    study.events.append({ ...common, score: null, label: 'b' });
    study.close();
    const followed = new FollowedEvaluations({ paths: studyPaths(directory), space, objective: { direction: 'lower' } });
    await followed.update();
    expect([...followed.table.slice().value]).toEqual([-120, NaN]);
    await followed.close();
  });
});
