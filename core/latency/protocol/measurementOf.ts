import type { Flag, Measurement } from '../measurements/record.ts';
import { measurementFormat, measurementVersion, protocolVersion } from '../measurements/record.ts';
import { summariseRounds } from '../measurements/statistics.ts';
import type { ModelToMeasure, Profiler } from '../profilers/profiler.ts';
import type { MeasuringSession } from './session.ts';
import { defaultProtocol, isFull } from './settings.ts';

/**
 * The measurement of a model that a session has taken: its agreeing rounds, or all rounds where none agree, with a flag.
 * Undefined while rounds are missing, and for a model that failed.
 */
export function measurementOf(model: ModelToMeasure, session: MeasuringSession, way: Profiler['way']): Measurement | undefined {
  const { settings, target, id, startedAt, reference } = session.start;
  const all = session.roundsOf(model.sha256);
  if (all.length < settings.rounds || session.failures.some((failure) => failure.model === model.sha256)) return undefined;
  const agreed = all.findLast(({ attempt }) => session.isAgreed(model.sha256, attempt))?.attempt;
  const used = agreed === undefined ? all : all.filter(({ attempt }) => attempt === agreed);
  const rounds = used.map(({ round }) => round);
  const outputs = used.find((each) => each.outputs !== undefined)?.outputs;
  const { latencyMs, spread } = summariseRounds(rounds);
  const blockTimes = session.blockTimesOf(model.sha256);
  const doubts: readonly [Flag, boolean][] = [
    ['rounds-disagree', agreed === undefined],
    ['few-runs', !isFull(settings)],
    ['unverified-output', outputs === undefined],
  ];
  const { name, sha256, sizeBytes, input, of, precision } = model;
  return {
    format: measurementFormat, version: measurementVersion,
    model: { name, sha256, sizeBytes, input }, of, target: { ...target, precision }, way,
    session: id, measuredAt: rounds.at(-1)!.startedAt ?? startedAt,
    protocol: { version: protocolVersion, ...(isDefault(settings) ? {} : { notes: `settings: ${JSON.stringify(settings)}` }) },
    timing: { kind: 'runs', rounds },
    latencyMs, spread, flags: doubts.filter(([, holds]) => holds).map(([flag]) => flag),
    ...(reference !== undefined && session.referenceMs !== undefined && { reference: { sha256: reference, medianMs: session.referenceMs } }),
    ...(outputs === undefined ? {} : { outputs }), ...(blockTimes && { blockTimes }),
  };
}

const isDefault = (settings: MeasuringSession['start']['settings']) => JSON.stringify(settings) === JSON.stringify(defaultProtocol);
