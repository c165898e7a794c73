import { describe, expect, it } from 'vitest';
import { timeRuns } from '../../../core/latency/profilers/host/calmRuns.ts';

/** Runs of given lengths, over and over; negative ones are interrupted. */
function scripted(lengthsMs: readonly number[]) {
  let [now, interruptions, count] = [0, 0, 0];
  const run = () => {
    const length = lengthsMs[count++ % lengthsMs.length];
    now += Math.abs(length);
    if (length < 0) interruptions++;
  };
  return { run, meter: { nowMs: () => now, interruptions: () => interruptions }, counted: () => count };
}

describe('timing runs', () => {
  it('goes on until both the runs and the seconds are reached', () => {
    const short = scripted([10]);
    expect(timeRuns(short.run, { runs: 5, seconds: 0.2 }, short.meter)).toEqual({ runsMs: Array(20).fill(10), interruptedRuns: 0 });
    const long = scripted([100]);
    expect(timeRuns(long.run, { runs: 5, seconds: 0.2 }, long.meter).runsMs).toHaveLength(5);
  });

  it('leaves out and counts runs that were interrupted, and makes up for them', () => {
    const { run, meter } = scripted([10, -35, 10]);
    const { runsMs, interruptedRuns } = timeRuns(run, { runs: 6, seconds: 0 }, meter);
    expect(runsMs).toEqual(Array(6).fill(10));
    expect(interruptedRuns).toBe(3);
  });

  it('takes all runs where hardly any is calm, and comes to an end', () => {
    const { run, meter, counted } = scripted([-30, -40]);
    const { runsMs, interruptedRuns } = timeRuns(run, { runs: 6, seconds: 0.1 }, meter);
    // Four times what six runs of the fastest 30 ms take are 720 ms, passed by the 21st run: 11 of 30 and 10 of 40 ms.
    expect(counted()).toBe(21);
    expect(runsMs).toHaveLength(21);
    expect(interruptedRuns).toBe(21);
  });
});
