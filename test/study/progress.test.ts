import { describe, expect, it } from 'vitest';
import { formatDuration, formatRate, ProgressEstimator } from '../../core/study/progress.ts';
import { ProgressBar } from '../../core/study/progressBar.ts';

describe('the estimate of time left', () => {
  it('is exact at constant speed: (total - done) / rate', () => {
    const estimator = new ProgressEstimator(1000, 0);
    for (let done = 1; done < 1000; done++) {
      const progress = estimator.update(done, done * 250);
      expect(progress.ratePerSecond).toBeCloseTo(4, 10);
      expect(progress.remainingSeconds).toBeCloseTo((1000 - done) / 4, 8);
    }
  });

  it('forgets a slow start after one window', () => {
    const estimator = new ProgressEstimator(10_000, 0, { windowMs: 10_000 });
    estimator.update(1, 60_000);
    let progress = estimator.update(1, 60_000);
    for (let done = 2; done <= 221; done++) progress = estimator.update(done, 60_000 + (done - 1) * 50);
    expect(progress.ratePerSecond).toBeCloseTo(20, 0);
  });

  it('knows no speed before something was done, and none left at the end', () => {
    const estimator = new ProgressEstimator(10, 0);
    expect(estimator.update(0, 500)).toMatchObject({ ratePerSecond: undefined, remainingSeconds: undefined, fraction: 0 });
    expect(estimator.update(10, 1000)).toMatchObject({ remainingSeconds: 0, fraction: 1, elapsedSeconds: 1 });
  });

  it('does not count what an earlier run had done as speed', () => {
    const estimator = new ProgressEstimator(1000, 0, { done: 900 });
    expect(estimator.update(910, 5000)).toMatchObject({ ratePerSecond: 2, remainingSeconds: 45 });
  });

  it('grows while a job stands still, and stays known', () => {
    const estimator = new ProgressEstimator(100, 0, { windowMs: 1000 });
    for (let done = 1; done <= 50; done++) estimator.update(done, done * 100);
    const before = estimator.update(50, 5100).remainingSeconds ?? 0;
    const after = estimator.update(50, 65_000).remainingSeconds ?? 0;
    expect(after).toBeGreaterThan(10 * before);
    expect(after).toBeLessThan(Infinity);
  });

  it('forgets a pause once the work goes on', () => {
    const estimator = new ProgressEstimator(1000, 0);
    for (let done = 1; done <= 100; done++) estimator.update(done, done * 250);
    const hourMs = 3_600_000;
    for (let done = 101; done <= 110; done++) {
      expect(estimator.update(done, hourMs + done * 250).ratePerSecond).toBeCloseTo(4, 1);
    }
  });

  it('takes work in long steps for what it is', () => {
    const estimator = new ProgressEstimator(10, 0);
    estimator.update(1, 60_000);
    expect(estimator.update(2, 180_000)).toMatchObject({ ratePerSecond: 1 / 120 });
    expect(estimator.update(3, 300_000)).toMatchObject({ ratePerSecond: 1 / 120 });
  });

  it('is done when there is nothing to do', () => {
    expect(new ProgressEstimator(0, 0).update(0, 10)).toMatchObject({ fraction: 1, remainingSeconds: 0 });
  });
});

describe('durations and rates', () => {
  it.each([[0, '0:00'], [7.4, '0:07'], [59.6, '1:00'], [750, '12:30'], [3750, '1:02:30'], [-3, '0:00']])(
    '%d s are written %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));
  it.each([[0.01234, '0.0123'], [8.529, '8.53'], [123.4, '123'], [12345.6, '12,346']])(
    '%d per second are written %s', (rate, text) => expect(formatRate(rate)).toBe(text));
});

function output(isTTY: boolean, columns = 100) {
  const written: string[] = [];
  return { isTTY, columns, write: (text: string) => written.push(text), written };
}

function run(options: { isTTY: boolean; columns?: number; quiet?: boolean }, stepMs = 500) {
  const stream = output(options.isTTY, options.columns);
  let timeMs = 0;
  const bar = new ProgressBar({
    label: 'training', total: 40, unit: 'steps', quiet: options.quiet, output: stream, nowMs: () => timeMs,
  });
  for (let done = 1; done <= 40; done++) {
    timeMs += stepMs;
    bar.update(done, `loss ${(4 / done).toFixed(2)}`);
    if (done === 20) bar.log('One image was skipped.');
  }
  bar.finish();
  bar.finish();
  return stream.written;
}

describe('the progress bar', () => {
  it('redraws one line on a terminal, with rate and time left', () => {
    const written = run({ isTTY: true });
    expect(written[9]).toBe('\r\u001b[2Ktraining  [======                  ]  25 %  10/40 steps  2 steps/s  ETA 0:15  loss 0.40');
    expect(written.filter((text) => text.includes('\n'))).toEqual(['\r\u001b[2KOne image was skipped.\n', '\n']);
    expect(written.at(-2)).toContain('100 %  40/40 steps  2 steps/s  took 0:20');
  });

  it('never fills the last column, so that it stays on one line', () => {
    for (const text of run({ isTTY: true, columns: 40 })) {
      if (text.includes('%')) expect(text.replace('\r\u001b[2K', '').length).toBeLessThan(40);
    }
  });

  it('redraws at most ten times a second', () => {
    expect(run({ isTTY: true }, 10).filter((text) => text.includes('%')).length).toBeLessThanOrEqual(4 + 1 + 2);
  });

  it('writes a plain line every five seconds when nobody watches', () => {
    expect(run({ isTTY: false })).toEqual([
      'training  25 %  10/40 steps  2 steps/s  ETA 0:15  loss 0.40\n',
      'training  50 %  20/40 steps  2 steps/s  ETA 0:10  loss 0.20\n',
      'One image was skipped.\n',
      'training  75 %  30/40 steps  2 steps/s  ETA 0:05  loss 0.13\n',
      'training  100 %  40/40 steps  2 steps/s  took 0:20  loss 0.10\n',
    ]);
  });

  it('writes nothing when quiet', () => {
    expect(run({ isTTY: true, quiet: true })).toEqual([]);
    expect(run({ isTTY: false, quiet: true })).toEqual([]);
  });
});
