import { describe, expect, it } from 'vitest';
import { implausibility, outputValues } from '../../../../core/latency/profilers/browser/measured.ts';
import { readPageMessage, type Measured, type PageFacts } from '../../../../core/latency/profilers/browser/messages.ts';
import { timeRuns, timerStep } from '../../../../core/latency/profilers/browser/page/timing.js';
import { deviceWords, isIos, pageTarget, systemWords } from '../../../../core/latency/profilers/browser/pageTarget.ts';
import { isToken, newToken } from '../../../../core/latency/profilers/browser/token.ts';

const facts: PageFacts = {
  userAgent: 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36', model: '', platform: '',
  platformVersion: '', processors: 8, isSecureContext: true, crossOriginIsolated: true, hasWebGpu: false, isVisible: true, keepsAwake: true, timerStepMs: 0.1,
};

/** A clock of which only every step is seen, and a run that takes some time by it. */
function coarseClock(stepMs: number, runMs: number) {
  let time = 0;
  return { now: () => Math.floor((time += 1e-4) / stepMs) * stepMs, run: () => { time += runMs; }, stepMs, pause: () => undefined };
}

describe('the token', () => {
  it('is another each time and accepts only itself', () => {
    const token = newToken();
    expect(newToken()).not.toBe(token);
    expect([isToken(token, token), isToken(`${token}x`, token), isToken(token.toLowerCase(), `${token}A`), isToken(undefined, token), isToken('', token)])
      .toEqual([true, false, false, false, false]);
  });
});

describe('timing with a coarse clock', () => {
  it('finds the step of the clock', () => {
    expect(timerStep(coarseClock(0.1, 0).now)).toBeCloseTo(0.1, 6);
  });

  it.each([[0.1, 0.37], [1, 0.37], [0.005, 3], [1, 250]])('tells a run to 1 %% with steps of %d ms and runs of %d ms', async (stepMs, runMs) => {
    const clock = coarseClock(stepMs, runMs);
    const { samplesMs, runs } = await timeRuns(clock.run, { runs: 20, seconds: 0.1 }, clock);
    expect(runs).toBeGreaterThanOrEqual(20);
    expect(samplesMs.length).toBeGreaterThanOrEqual(5);
    for (const sample of samplesMs) expect(Math.abs(sample / runMs - 1)).toBeLessThanOrEqual(0.0105);
  });

  it('stops at the sample in which it reaches the most runs that a browser stands', async () => {
    const clock = coarseClock(0.01, 0.5);
    // A sample lasts 1 ms, two runs.
    expect((await timeRuns(clock.run, { runs: 1000, seconds: 0 }, { ...clock, maxRuns: 29 })).runs).toBeLessThanOrEqual(31);
  });
});

describe('messages of a page', () => {
  const measured = { type: 'measured', id: 1, warmUpRuns: 10, samplesMs: [10, 10], timedRuns: 2, output: '', outputName: 'logits' };
  const reasonOf = (value: unknown) => {
    const read = readPageMessage(typeof value === 'string' ? value : JSON.stringify(value));
    return 'reason' in read ? read.reason : undefined;
  };

  it('are taken as agreed, and named by what is wrong otherwise', () => {
    expect(reasonOf(measured)).toBeUndefined();
    expect(reasonOf('[')).toBe('it sent something that is not JSON');
    for (const samplesMs of [[], [0], [-1], [1e9], ['1'], [null]]) expect(reasonOf({ ...measured, samplesMs })).toContain('samplesMs');
    expect(reasonOf({ ...measured, output: '***' })).toContain('output');
    expect(reasonOf({ ...measured, latencyMs: 3 })).toContain('latencyMs');
  });

  it('bring no control characters into terminals', () => {
    const read = readPageMessage(JSON.stringify({ type: 'hello', version: 1, facts: { ...facts, userAgent: 'a\u001b[2Jb\n' } }));
    expect(read).toMatchObject({ message: { facts: { userAgent: 'a [2Jb' } } });
  });

  it('are not believed when the times do not fit the wait for them', () => {
    const length = { warmUp: { runs: 10, seconds: 0 }, timed: { runs: 2, seconds: 0.1 } };
    const doubt = (change: Partial<Measured>, elapsedMs = 1000) => implausibility({ ...measured, ...change } as Measured, facts, { length, maxRuns: undefined, elapsedMs });
    expect(doubt({})).toBeUndefined();
    expect(doubt({ samplesMs: [2000, 10] })).toContain('its times add up to 2010 ms, but it answered after 1000 ms');
    expect(doubt({ samplesMs: Array.from({ length: 200 }, () => 0.1), timedRuns: 20_000 })).toContain('add up to 2000 ms');
    expect(doubt({ timedRuns: 1 })).toContain('2 samples with 1 runs');
    expect(doubt({ warmUpRuns: 1 })).toContain('warmed up with 1 runs, not 10');
    expect(doubt({}, 20)).toContain('answered after 20 ms');
  });

  it('tell outputs as float32 values', () => {
    expect(outputValues(Buffer.from(Float32Array.of(1.5, -2).buffer).toString('base64'))).toEqual(Float32Array.of(1.5, -2));
    expect([outputValues(''), outputValues('AAAAAAA=')]).toEqual([undefined, undefined]);
  });
});

describe('the device of a page', () => {
  const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1';

  it('is told in words', () => {
    expect([deviceWords(facts), systemWords(facts)]).toEqual(['Android phone, 8 processors', 'Android 10, Chrome 156']);
    const told = { ...facts, model: 'Pixel 7', platform: 'Android', platformVersion: '14.0.0' };
    expect([deviceWords(told), systemWords(told)]).toEqual(['Pixel 7, 8 processors', 'Android 14, Chrome 156']);
    const phone = { ...facts, userAgent: iphone, processors: 6 };
    expect([deviceWords(phone), systemWords(phone), isIos(phone), isIos(facts)]).toEqual(['iPhone, 6 processors', 'iOS 18.6, Safari 26.0', true, false]);
  });

  it('has one thread where the page is not isolated, and says so', () => {
    const options = { provider: 'wasm', threads: 4, version: '1.30.0' } as const;
    expect(pageTarget(facts, options)).toMatchObject({ threads: 4, runtime: { build: 'npm, isolated page' } });
    expect(pageTarget({ ...facts, crossOriginIsolated: false }, options)).toMatchObject({ threads: 1, runtime: { build: 'npm, page not isolated' } });
  });
});
