import type { RoundLength } from '../profiler.ts';
import type { Measured, PageFacts } from './messages.ts';

/** Steps of its clock that a sample lasts: one step is then 1 % of it. */
export const stepsPerSample = 100;

export interface Asked {
  readonly length: RoundLength;
  readonly maxRuns: number | undefined;
  /** Between asking and the answer, by this machine's clock. */
  readonly elapsedMs: number;
}

/** Why what a page says it measured cannot be; undefined when it can. */
export function implausibility(measured: Measured, { timerStepMs }: PageFacts, { length, maxRuns, elapsedMs }: Asked): string | undefined {
  const { samplesMs, timedRuns, warmUpRuns } = measured;
  if (timedRuns < samplesMs.length) return `it tells of ${samplesMs.length} samples with ${timedRuns} runs in them`;
  const totalMs = samplesMs.reduce((sum, value) => sum + value, 0);
  // Samples may hold different numbers of runs; each holds one at least, and lasts as long as its clock needs.
  const leastMs = Math.max(totalMs, samplesMs.length * stepsPerSample * timerStepMs);
  if (leastMs > elapsedMs + 50) return `its times add up to ${Math.round(leastMs)} ms, but it answered after ${Math.round(elapsedMs)} ms`;
  if (maxRuns === undefined && timedRuns < length.timed.runs) return `it timed ${timedRuns} runs, not ${length.timed.runs}`;
  if (maxRuns === undefined && warmUpRuns < length.warmUp.runs) return `it warmed up with ${warmUpRuns} runs, not ${length.warmUp.runs}`;
  if (maxRuns === undefined && elapsedMs + 50 < 1000 * (length.timed.seconds + length.warmUp.seconds)) {
    return `it answered after ${Math.round(elapsedMs)} ms, but was to run for ${length.timed.seconds + length.warmUp.seconds} s`;
  }
  return undefined;
}

/** @returns undefined for bytes that are no float32 values */
export function outputValues(base64: string): Float32Array | undefined {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === 0 || bytes.length % 4 !== 0) return undefined;
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}
