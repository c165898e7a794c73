import type { Engine } from '../engine/engine.ts';
import type { Benchmark, Steps } from './benchmark.ts';
import { peakGigaMacsPerSecond } from './peak.ts';
import { PeerProcess, type PeerAnswer } from './peerProcess.ts';

/** Times of one side, of the benchmark's units. */
export interface Timing {
  readonly medianMs: number;
  readonly minMs: number;
  /** Half the range between the quartiles, relative to the median. */
  readonly spread: number;
  /** Steps that were timed. */
  readonly steps: number;
  /** Largest resident memory of the process. */
  readonly peakBytes: number;
}

export interface Measurement extends Timing {
  readonly name: string;
  readonly title: string;
  readonly unit: Benchmark['unit'];
  readonly engine: string;
  readonly device: string;
  readonly threads: number;
  /** Units a second. */
  readonly perSecond: number;
  /** Multiply-accumulates of a unit. */
  readonly macs: number;
  /** Multiply-accumulates a second, forward and backward, relative to a large matrix product's. */
  readonly shareOfPeak: number;
  /** The same in PyTorch, when asked for; of freezing, the same with nothing frozen. */
  readonly peer: (Timing & { readonly name: string }) | null;
  /** Median of the rounds' ratios of our time to the peer's. */
  readonly ratio: number | null;
}

export interface MeasureOptions {
  /** Turns that both sides take. */
  readonly rounds: number;
  readonly stepsPerRound: number;
  /** Steps before the first one that counts. */
  readonly warmUpSteps: number;
  /** A Python with PyTorch 2. */
  readonly python?: string;
  readonly onRound?: (done: number, rounds: number) => void;
}

/**
 * Times a benchmark, in turns with the same in PyTorch or with its baseline, because a machine that is shared or warm slows down
 * both alike.
 * @throws EnvironmentError `peer-failed`
 */
export async function measure(benchmark: Benchmark, engine: Engine, options: MeasureOptions): Promise<Measurement> {
  const { rounds, stepsPerRound, warmUpSteps, python, onRound } = options;
  const { step, macs: macsOf, units = 1, peer: job, baseline, dispose } = await benchmark.prepare(engine);
  const { id, device, threads } = engine.info;
  const peer = python === undefined || !job ? undefined : new PeerProcess(python, { ...job, threads });
  const other = baseline ? { run: (steps: number) => inTurn(baseline, steps) } : peer;
  try {
    await other?.run(warmUpSteps);
    for (let i = 0; i < warmUpSteps; i++) await step();
    const own: number[] = [];
    const theirs: number[] = [];
    const ratios: number[] = [];
    let answer: PeerAnswer | undefined;
    for (let round = 0; round < rounds; round++) {
      const times: number[] = [];
      for (let i = 0; i < stepsPerRound; i++) times.push(await timeMs(step) / units);
      own.push(...times);
      answer = await other?.run(stepsPerRound);
      if (answer) {
        theirs.push(...answer.timesMs);
        ratios.push(median(times) / median(answer.timesMs));
      }
      onRound?.(round + 1, rounds);
    }
    const timing = timingOf(own, peakBytes());
    const macs = typeof macsOf === 'function' ? macsOf() : macsOf;
    return {
      name: benchmark.name, title: benchmark.title, unit: benchmark.unit, engine: id, device, threads, ...timing,
      perSecond: 1000 / timing.medianMs, macs, shareOfPeak: macs / timing.medianMs / 1e6 / peakGigaMacsPerSecond(threads),
      peer: answer ? { name: answer.peer, ...timingOf(theirs, answer.peakBytes) } : null,
      ratio: answer ? median(ratios) : null,
    };
  } finally {
    peer?.stop();
    await dispose?.();
  }
}

/** A baseline's steps, told as a peer tells its own. */
async function inTurn({ name, step }: NonNullable<Steps['baseline']>, steps: number): Promise<PeerAnswer> {
  const timesMs: number[] = [];
  for (let i = 0; i < steps; i++) timesMs.push(await timeMs(step));
  return { peer: name, timesMs, peakBytes: peakBytes() };
}

const peakBytes = () => process.resourceUsage().maxRSS * 1024;

async function timeMs(step: Steps['step']): Promise<number> {
  const start = performance.now();
  await step();
  return performance.now() - start;
}

function timingOf(timesMs: readonly number[], peakBytes: number): Timing {
  const medianMs = median(timesMs);
  const spread = (quantile(timesMs, 0.75) - quantile(timesMs, 0.25)) / 2 / medianMs;
  return { medianMs, minMs: Math.min(...timesMs), spread, steps: timesMs.length, peakBytes };
}

const median = (values: readonly number[]) => quantile(values, 0.5);

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}
