import { flags } from '../../latency/measurements/record.ts';
import type { Measurement } from '../../latency/measurements/record.ts';
import { targetTitle } from '../../latency/measurements/target.ts';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import { modelHash } from '../../latency/modelHash.ts';
import { predictLatency } from '../../latency/predict.ts';
import { modelState } from '../checks/modelState.ts';
import type { DescribedModel } from './describeModel.ts';
import type { CardLatency } from './schema.ts';

/** A device that a model is meant for. */
export interface CardDevice {
  readonly model: DeviceModel;
  /** Of the file of a model of one's own. */
  readonly path?: string;
  /** All that was measured for it, of whatever model. */
  readonly measured?: readonly Measurement[];
}

/**
 * What is known of a model's latency on a device: what was measured of this very file, and what the device model predicts where it speaks for
 * the file's precision. The two are never mixed.
 */
export function latenciesOn({ model, path, measured = [] }: CardDevice, described: Pick<DescribedModel, 'file' | 'lowered' | 'backbone'>): CardLatency[] {
  const own = measured.filter((one) => one.model.sha256 === described.file.sha256 && !one.flags.includes('profiled'));
  return [...own.map((one) => measuredLatency(model.name, one)), predicted(model, path, described)];
}

function predicted(model: DeviceModel, path: string | undefined, { file, lowered, backbone }: Pick<DescribedModel, 'file' | 'lowered' | 'backbone'>): CardLatency {
  const { name: device, device: { title }, runtime, interval } = model;
  if (backbone !== undefined) return { kind: 'unknown', device, title, reason: 'the device model was fitted to whole classifiers, and this file ends before the classifier' };
  if (runtime.precision !== file.precision) {
    return { kind: 'unknown', device, title, reason: `the device model speaks for ${runtime.precision}, and this file computes in ${file.precision}` };
  }
  const { latencyMs, lowMs, highMs, outOfRange } = predictLatency(model, lowered);
  const { verdict, text } = modelState(model, path);
  return {
    kind: 'predicted', device, title, runtime: runtime.name, threads: runtime.threads, precision: runtime.precision, processor: runtime.processor,
    latencyMs, lowMs, highMs, coverage: interval.coverage, model: modelHash(model), state: { verdict, text }, outside: [...outOfRange],
  };
}

function measuredLatency(device: string, { target, timing, latencyMs, spread, measuredAt, flags: doubts }: Measurement): CardLatency {
  const { runtime } = target;
  const rounds = timing.kind === 'runs' ? timing.rounds : [];
  return {
    kind: 'measured', device, title: targetTitle(target), latencyMs, spread, date: measuredAt ?? null,
    runtime: [runtime.name, runtime.version, runtime.build].filter((part) => part !== undefined).join(' '), provider: target.provider, threads: target.threads, precision: target.precision,
    rounds: timing.kind === 'runs' ? rounds.length : null,
    runs: timing.kind === 'runs' ? rounds.reduce((sum, { runsMs, timedRuns }) => sum + (timedRuns ?? runsMs.length), 0) : timing.runs ?? null,
    flags: doubts.map((flag) => flags[flag]),
  };
}
