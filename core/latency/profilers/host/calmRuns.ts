import type { RunLength } from '../profiler.ts';

/** What tells time, and how often the system has taken a processor from this process so far. */
export interface RunMeter {
  readonly nowMs: () => number;
  readonly interruptions: () => number;
}

/** Linux and macOS count; elsewhere nothing ever counts as interrupted. */
export const processMeter: RunMeter = {
  nowMs: () => performance.now(), interruptions: () => process.resourceUsage().involuntaryContextSwitches,
};

export interface TimedRuns {
  readonly runsMs: readonly number[];
  /** Runs that were interrupted, and are not among the others unless too few would be left. */
  readonly interruptedRuns: number;
}

/** Times what calm runs would take before all runs count. */
const patience = 4;

/**
 * Runs again and again until both the runs and the seconds are reached by runs during which the system gave no processor to
 * another program: on a machine that is also used for other things, such a run tells about the others. Where calm runs do not
 * come in several times the time they need, all runs count.
 */
export function timeRuns(run: () => void, { runs, seconds }: RunLength, { nowMs, interruptions }: RunMeter = processMeter): TimedRuns {
  const [calm, all]: [number[], number[]] = [[], []];
  let [calmMs, allMs, fastestMs] = [0, 0, Infinity];
  const isEnough = (count: number, ms: number) => count >= runs && ms >= 1000 * seconds;
  while (!isEnough(calm.length, calmMs)) {
    if (allMs > patience * Math.max(1000 * seconds, runs * fastestMs) && isEnough(all.length, allMs)) {
      return { runsMs: all, interruptedRuns: all.length - calm.length };
    }
    const before = interruptions();
    const start = nowMs();
    run();
    const ms = nowMs() - start;
    all.push(ms);
    allMs += ms;
    fastestMs = Math.min(fastestMs, ms);
    if (interruptions() !== before) continue;
    calm.push(ms);
    calmMs += ms;
  }
  return { runsMs: calm, interruptedRuns: all.length - calm.length };
}
