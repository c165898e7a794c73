import type { Engine } from '../engine/engine.ts';
import type { Benchmark } from './benchmark.ts';
import { peakGigaMacsPerSecond } from './peak.ts';
import { PeerProcess, type PeerAnswer } from './peerProcess.ts';

/** Times of one side. */
export interface Timing {
  readonly medianMs: number;
  readonly minMs: number;
  /** Half the range between the quartiles, relative to the median. */
  readonly spread: number;
  readonly steps: number;
  /** Largest resident memory of the process. */
  readonly peakBytes: number;
}

export interface Measurement extends Timing {
  readonly name: string;
  readonly title: string;
  readonly engine: string;
  readonly device: string;
  readonly threads: number;
  /** Multiply-accumulates a second, forward and backward, relative to a large matrix product's. */
  readonly shareOfPeak: number;
  /** The same steps in PyTorch, when asked for. */
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
 * Times a training step, in turns with the same step in PyTorch, because a machine that is shared or warm slows down
 * both alike.
 * @throws EnvironmentError `peer-failed`
 */
export async function measure(benchmark: Benchmark, engine: Engine, options: MeasureOptions): Promise<Measurement> {
  const { rounds, stepsPerRound, warmUpSteps, python, onRound } = options;
  const { step, macs, peer: job } = benchmark.prepare(engine);
  const { id, device, threads } = engine.info;
  const peer = python === undefined ? undefined : new PeerProcess(python, { ...job, threads });
  try {
    await peer?.run(warmUpSteps);
    for (let i = 0; i < warmUpSteps; i++) step();
    const own: number[] = [];
    const theirs: number[] = [];
    const ratios: number[] = [];
    let answer: PeerAnswer | undefined;
    for (let round = 0; round < rounds; round++) {
      const times = Array.from({ length: stepsPerRound }, () => timeMs(step));
      own.push(...times);
      answer = await peer?.run(stepsPerRound);
      if (answer) {
        theirs.push(...answer.timesMs);
        ratios.push(median(times) / median(answer.timesMs));
      }
      onRound?.(round + 1, rounds);
    }
    const timing = timingOf(own, process.resourceUsage().maxRSS * 1024);
    return {
      name: benchmark.name, title: benchmark.title, engine: id, device, threads, ...timing,
      shareOfPeak: macs / timing.medianMs / 1e6 / peakGigaMacsPerSecond(threads),
      peer: answer ? { name: answer.peer, ...timingOf(theirs, answer.peakBytes) } : null,
      ratio: answer ? median(ratios) : null,
    };
  } finally {
    peer?.stop();
  }
}

function timeMs(step: () => unknown): number {
  const start = performance.now();
  step();
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
