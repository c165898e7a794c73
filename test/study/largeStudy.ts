import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../core/base/random.ts';
import { loadDevice } from '../../core/latency/devices.ts';
import { predictLatency } from '../../core/latency/predict.ts';
import { networkParams } from '../../core/network/blockGraph.ts';
import { networkMacs } from '../../core/network/counts.ts';
import { defaultReferencePoint, hypervolume, normalizedHypervolume } from '../../core/search/indicators.ts';
import { accuracyObjective } from '../../core/search/objective.ts';
import { paretoFront } from '../../core/search/pareto.ts';
import { architectureId } from '../../core/search/result.ts';
import type { DeviceFront } from '../../core/search/result.ts';
import { resultFile } from '../../core/search/resultFile.ts';
import { getSpace } from '../../core/spaces/index.ts';
import type { NewEvent } from '../../core/study/eventTypes.ts';
import { studyPaths } from '../../core/study/folder.ts';
import { summaryFile } from '../../core/study/summaryFile.ts';
import { writeStudyInfo } from '../../core/study/studyInfo.ts';
import { InventedTraining } from './inventedTraining.ts';

export interface LargeStudyOptions {
  readonly evaluations: number;
  /** Default 60 generations after the initial population. */
  readonly batches?: number;
  readonly trainingSteps?: number;
  readonly seed?: number;
}

const space = getSpace('elasticvit-mini');
const classes = space.defaultClasses;
const devices = ['pixel4', 'pixel6', 'xiaomi11'].map((name) => ({ name, model: loadDevice(name) }));
/** So many architectures are predicted; later ones take the latencies and sizes of the one with the nearest MACs. */
const predictedArchitectures = 2000;
const images = 1000;

interface Predicted {
  readonly macs: number;
  readonly params: number;
  readonly latencies: readonly { readonly latencyMs: number; readonly lowMs: number; readonly highMs: number }[];
}

interface One extends Predicted {
  readonly key: string;
  readonly arch: unknown;
  /** Accuracy. */
  readonly value: number;
}

/**
 * Writes the folder of a finished study as large as wanted, for tests and measurements: real architectures with their
 * MACs, predicted latencies, true fronts of the accuracies, which are invented.
 */
export async function writeLargeStudy(directory: string, options: LargeStudyOptions): Promise<void> {
  const { evaluations, batches = 61, trainingSteps = 2000, seed = 1 } = options;
  const random = new Random(seed);
  const paths = studyPaths(directory);
  for (const folder of [directory, paths.checkpoints, paths.models, join(directory, 'results')]) mkdirSync(folder, { recursive: true });
  writeFileSync(paths.studyFile, studyText(evaluations, batches, trainingSteps, seed));
  const history = new HistoryWriter(paths.events);
  const draw = drawer(random, Math.min(predictedArchitectures, evaluations));
  const fronts = devices.map(() => [] as (One & { latencyMs: number })[]);
  const progress = devices.map(() => [] as { evaluations: number; hypervolume: number }[]);
  const referencePoints = devices.map(({ model }) =>
    defaultReferencePoint({}, predictLatency(model, space.lower(space.largest)).latencyMs, 1 / classes));

  history.add({ kind: 'study-started', name: 'large', space: space.id, seed, pocketformerVersion: '0.1.0' });
  history.add({ kind: 'phase-started', phase: 'data' });
  history.add({ kind: 'phase-finished', phase: 'data', seconds: 2.5 });
  history.add({ kind: 'phase-started', phase: 'training', totalSteps: trainingSteps });
  const training = new InventedTraining(random, trainingSteps);
  for (let step = 1; step <= trainingSteps; step++) for (const event of training.events(step)) history.add(event);
  history.add({ kind: 'phase-finished', phase: 'training', seconds: trainingSteps * 0.3 });
  history.add({ kind: 'phase-started', phase: 'search', totalSteps: evaluations });
  for (let batch = 0, done = 0; batch < batches; batch++) {
    const until = Math.round(evaluations * (batch + 1) / batches);
    const drawn: One[] = [];
    for (; done < until; done++) {
      const one = draw(batch / batches);
      drawn.push(one);
      const { value: accuracy, macs, params, latencies, key, arch } = one;
      const latencyMs = Object.fromEntries(devices.map(({ name }, i) => [name, Number(latencies[i].latencyMs.toPrecision(6))]));
      history.add({ kind: 'evaluation', accuracy, images, macs, params, latencyMs, batch, label: key, arch });
    }
    for (const i of devices.keys()) {
      fronts[i] = paretoFront([...fronts[i], ...drawn.map((one) => ({ ...one, latencyMs: one.latencies[i].latencyMs }))]);
      progress[i].push({ evaluations: done, hypervolume: hypervolume(fronts[i], referencePoints[i]) });
    }
    history.add({
      kind: 'generation', generation: batch, evaluated: done,
      fronts: devices.map(({ name }, i) => ({ device: name, size: fronts[i].length, hypervolume: progress[i][batch].hypervolume })),
    });
  }
  history.add({ kind: 'phase-finished', phase: 'search', seconds: evaluations * 0.2 });
  history.add({ kind: 'finished', seconds: trainingSteps * 0.3 + evaluations * 0.2 });
  history.close();

  const deviceFronts = devices.map(({ name }, i): DeviceFront => ({
    device: name,
    front: fronts[i].map(({ key, arch, value, latencies, macs, params }) => (
      { id: architectureId(key), key, arch, value, ...latencies[i], macs, params })),
    hypervolume: hypervolume(fronts[i], referencePoints[i]),
    normalizedHypervolume: normalizedHypervolume(fronts[i], referencePoints[i]),
    referencePoint: referencePoints[i],
    evaluated: evaluations,
    progress: progress[i],
  }));
  const result = { space: space.id, classes, objective: accuracyObjective, evaluations, invalid: 0, devices: deviceFronts, top: [] };
  writeFileSync(paths.fronts, `${JSON.stringify(resultFile(result), undefined, 2)}\n`);
  writeFileSync(paths.summary, `${JSON.stringify(summaryFile({
    name: 'large', space: space.id, seed, engine: 'ort', scoring: null,
    data: {
      id: 'synthetic', classes: Array.from({ length: classes }, (_, i) => `class ${i}`), trainImages: 8000, valImages: images,
      imageSize: 64, skipped: [], linearAccuracy: 0.31,
    },
    result, exported: [], warnings: [],
  }), undefined, 2)}\n`);
  await writeStudyInfo(paths.info, {
    formatVersion: 1, name: 'large', created: '2026-01-01T00:00:00.000Z', pocketformerVersion: '0.1.0', node: process.version,
    platform: `${process.platform} ${process.arch}`, engine: 'ort', seed, baseDir: directory, status: 'finished',
  });
}

/** Draws architectures one after the other; `progress` (0 to 1) of the search makes them better, as breeding would. */
function drawer(random: Random, predicted: number): (progress: number) => One {
  const known: Predicted[] = [];
  return (progress) => {
    const arch = space.sample(random);
    const network = space.lower(arch, { classes });
    const macs = networkMacs(network);
    const nearest = known.length < predicted ? undefined : known[nearestByMacs(known, macs)];
    const latencies = nearest?.latencies ?? devices.map(({ model }) => {
      const { latencyMs, lowMs, highMs } = predictLatency(model, network);
      return { latencyMs, lowMs, highMs };
    });
    const params = nearest?.params ?? networkParams(network);
    // So that each has its own place in a picture.
    const factor = nearest === undefined ? 1 : 1 + 0.03 * random.normal();
    const own = latencies.map((one) => ({ latencyMs: factor * one.latencyMs, lowMs: factor * one.lowMs, highMs: factor * one.highMs }));
    if (nearest === undefined) {
      known.push({ macs, params, latencies });
      if (known.length === predicted) known.sort((a, b) => a.macs - b.macs);
    }
    const typical = 0.35 + 0.45 * (1 - Math.exp(-macs / 1.2e7)) + 0.03 * progress;
    const accuracy = Math.round(images * Math.min(0.99, Math.max(0.1, typical + 0.025 * random.normal()))) / images;
    return { key: space.key(arch), arch, value: accuracy, macs, params, latencies: own };
  };
}

function nearestByMacs(known: readonly Predicted[], macs: number): number {
  let low = 0;
  let high = known.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (known[middle].macs < macs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Writes as core/study/events.ts does, but in large pieces and without waiting for the disk. */
class HistoryWriter {
  readonly #file: number;
  #seq = 0;
  #timeMs = Date.parse('2026-01-01T00:00:00.000Z');
  #lines: string[] = [];

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  add(event: NewEvent): void {
    this.#timeMs += 200;
    this.#lines.push(`${JSON.stringify({ seq: ++this.#seq, time: new Date(this.#timeMs).toISOString(), ...event })}\n`);
    if (this.#lines.length >= 5000) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeFileSync(this.#file, this.#lines.join(''));
    this.#lines = [];
  }
}

function studyText(evaluations: number, batches: number, trainingSteps: number, seed: number): string {
  const perBatch = Math.max(2, Math.round(evaluations / batches));
  return `version: 1
name: large
seed: ${seed}
space: ${space.id}
data:
  kind: synthetic
devices: [${devices.map((device) => device.name).join(', ')}]
training:
  steps: ${trainingSteps}
search:
  initialPopulation: ${perBatch}
  generations: ${batches - 1}
  mutations: ${Math.floor(perBatch / 2)}
  crossovers: ${Math.ceil(perBatch / 2)}
`;
}
