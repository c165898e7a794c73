import { describe, expect, it } from 'vitest';
import { Pace } from '../../../renderer/screens/run/pace.ts';

/** A clock that is moved by hand. */
function handClock() {
  let now = 0;
  let task: { at: number; run: () => void } | undefined;
  return {
    now: () => now,
    after(milliseconds: number, run: () => void) {
      task = { at: now + milliseconds, run };
      return () => { task = undefined; };
    },
    advance(to: number) {
      while (task && task.at <= to) {
        const due = task;
        task = undefined;
        now = due.at;
        due.run();
      }
      now = to;
    },
  };
}

describe('the pace of drawing', () => {
  it('is ten times a second at most, however often something changes', () => {
    const clock = handClock();
    let drawn = 0;
    const pace = new Pace(() => { drawn++; }, clock);
    for (let ms = 0; ms < 1000; ms++) {
      clock.advance(ms);
      pace.request();
    }
    expect(drawn).toBe(10);
  });

  it('is slower when drawing takes long, and comes back', () => {
    const pace = new Pace(() => undefined, handClock());
    pace.took(200);
    expect(pace.intervalMs).toBe(800);
    pace.took(60_000);
    expect(pace.intervalMs).toBe(3000);
    pace.took(5);
    expect(pace.intervalMs).toBe(100);
  });

  it('draws nothing after it was stopped', () => {
    const clock = handClock();
    let drawn = 0;
    const pace = new Pace(() => { drawn++; }, clock);
    pace.request();
    pace.stop();
    clock.advance(1000);
    expect(drawn).toBe(0);
  });
});
