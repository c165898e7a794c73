/*
 * How a page times runs with a clock that browsers make coarse. Nothing here knows a page: tests bring their own clock.
 */

const stepsPerSample = 100;
const fewestSamples = 5;

/** Smallest step of a clock, in its own milliseconds, of some that are seen. */
export function timerStep(now, steps = 25) {
  let smallest = Infinity;
  for (let seen = 0, last = now(); seen < steps;) {
    const next = now();
    if (next <= last) continue;
    smallest = Math.min(smallest, next - last);
    last = next;
    seen++;
  }
  return smallest;
}

/**
 * Runs until as many runs and seconds are reached. A sample goes on until it lasts a hundred steps of the clock, and tells the
 * time of one of its runs. `maxRuns` ends it after the sample that reaches it.
 * @param pause awaited between samples; throws to end everything
 * @returns samplesMs and the number of runs in all of them
 */
export async function timeRuns(run, { runs, seconds }, { now, stepMs, pause, maxRuns = Infinity }) {
  const samplesMs = [];
  let done = 0;
  const begin = now();
  for (;;) {
    const start = now();
    let inSample = 0;
    let end;
    do {
      await run();
      inSample++;
      end = now();
    } while (end - start < stepsPerSample * stepMs);
    samplesMs.push((end - start) / inSample);
    done += inSample;
    await pause();
    const isEnough = done >= runs && end - begin >= 1000 * seconds && samplesMs.length >= fewestSamples;
    if (isEnough || done >= maxRuns) return { samplesMs, runs: done };
  }
}
