import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../../core/base/random.ts';
import { calibrateDevice } from '../../../core/latency/calibration/calibrateDevice.ts';
import type { DeviceModel } from '../../../core/latency/deviceModel.ts';
import { formatJson } from '../../../core/latency/formatJson.ts';
import type { Measurement, Target } from '../../../core/latency/measurements/record.ts';
import { blocksOf } from '../../../core/latency/measurements/subject.ts';
import { hostProfiler } from '../../../core/latency/profilers/host/hostProfiler.ts';
import type { ModelToMeasure, Profiler } from '../../../core/latency/profilers/profiler.ts';
import { elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';
import type { CalibrationInput } from '../../../core/study/devices/calibrationFile.ts';
import { createStudy } from '../../../core/study/folder.ts';
import { runStudy } from '../../../core/study/run/runStudy.ts';
import { parseStudyFile } from '../../../core/study/studyFile.ts';
import { exactSumMs } from '../../latency/calibration/madeUpPhone.ts';

export const target: Target = {
  device: 'Made-up phone', operatingSystem: 'Android 13', runtime: { name: 'onnxruntime', version: '1.30.0' }, provider: 'cpu', threads: 1, precision: 'float32',
};

/** Measurements of random networks on the made-up phone, with errors of 3 %. */
export function calibrationRecords(on: Target = target, count = 30): Measurement[] {
  const random = new Random('calibration');
  return Array.from({ length: count }, () => {
    const arch = elasticVitMini.sample(random);
    const { blocks } = elasticVitMini.lower(arch, { classes: 10 });
    return {
      format: 'pocketformer-measurement', version: 1, model: { name: 'model' },
      of: { kind: 'network', space: 'elasticvit-mini', arch: arch as never, resolution: arch.resolution, classes: 10 },
      target: on, way: 'adb', session: 'calibration', measuredAt: '2026-11-01T10:00:00Z', protocol: { version: 1 }, timing: { kind: 'summary', statistic: 'median' },
      latencyMs: exactSumMs(blocks) * Math.exp(0.03 * random.normal()), spread: null, flags: [],
    };
  });
}

const fitted = new Map<string, DeviceModel>();

/** Fitted once for each target. */
export function madeUpModel(on: Target = target, name = 'made-up'): DeviceModel {
  const key = JSON.stringify(on);
  const model = fitted.get(key) ?? fit(on);
  fitted.set(key, model);
  return { ...model, name };
}

function fit(on: Target): DeviceModel {
  return calibrateDevice(calibrationRecords(on).map((measurement, i) => ({ measurement, place: `calibration:${i + 1}` })), {
    name: 'made-up', command: 'test', seed: '1', known: [], random: new Random('fit'),
    reference: Array.from({ length: 20 }, (_, i) => elasticVitMini.lower(elasticVitMini.sample(new Random(`reference ${i}`)), { classes: 10 })),
  });
}

/** A finished study that ranks by size, with two exported models or more, for a device whose model lies beside it unless another folder is given. */
export async function measuredStudy(
  folder: string, model: DeviceModel, { modelFolder = folder, perDevice = 2 }: { modelFolder?: string; perDevice?: number } = {},
): Promise<{ directory: string; modelPath: string }> {
  mkdirSync(folder, { recursive: true });
  mkdirSync(modelFolder, { recursive: true });
  const modelPath = join(modelFolder, `${model.name}.json`);
  writeFileSync(modelPath, formatJson(model));
  const text = `version: 1
name: winners
seed: 4
space: elasticvit-mini
compute: { threads: 1 }
devices: [{ file: ${modelPath} }, pixel6]
scoring: { proxy: params }
search: { algorithm: random, evaluations: 60 }
export: { perDevice: ${perDevice} }
`;
  const directory = join(folder, 'study');
  const study = await createStudy(directory, { settings: parseStudyFile(text, 'study.yaml'), text, path: 'study.yaml', baseDir: folder });
  try {
    await runStudy(study, {});
  } finally {
    study.close();
  }
  return { directory, modelPath };
}

/** The made-up phone as a way of measuring, for files of networks; every run takes exactly so long. */
export class ScriptedPhone implements Profiler {
  readonly way = 'adb';
  readonly target: Profiler['target'];
  readonly #factor: number;
  rounds = 0;
  closed = false;
  onRound: ((round: number) => void) | undefined;

  constructor(factor = 1, change: Partial<Profiler['target']> = {}) {
    const { precision: _, ...own } = target;
    this.target = { ...own, ...change };
    this.#factor = factor;
  }

  async measure({ of }: ModelToMeasure) {
    this.onRound?.(++this.rounds);
    const ms = this.#factor * exactSumMs(blocksOf(of)!);
    return { round: { startedAt: '2026-11-20T10:00:00.000Z', warmUpRuns: 1, runsMs: [ms, ms, ms] }, outputs: { maxAbsDiff: 0, relativeDiff: 0 } };
  }

  async condition() { return {}; }
  async close() { this.closed = true; }
}

/** The target of this machine, so that a made-up model says of it what is true of the made-up phone. */
export async function hostTarget(): Promise<Target> {
  const profiler = hostProfiler();
  await profiler.close();
  return { ...profiler.target, precision: 'float32' };
}

/** A calibration that lies beside a model of this machine: enough to see what measuring does, far too little to measure. */
export const briefHostCalibration = {
  title: 'This machine', created: '2026-11-01T10:00:00Z', space: 'elasticvit-mini', classes: 10,
  source: {
    kind: 'measure', on: { way: 'host' }, threads: 1,
    settings: { rounds: 2, warmUp: { runs: 3, seconds: 0 }, timed: { runs: 3, seconds: 0 }, maxDrift: 100, maxSpread: 100, coolDownSeconds: 0 },
  },
} satisfies CalibrationInput;
