import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { calibratedInterval } from '../../../core/latency/calibration/crossValidation.ts';
import { fitProblem, fitRows, kindsOfFit } from '../../../core/latency/calibration/fitMeasured.ts';
import { knownDevicesPrior, unknownDevicePrior } from '../../../core/latency/calibration/prior.ts';
import { typicalKinds } from '../../../core/latency/calibration/typicalRates.ts';
import { latencyKindOf } from '../../../core/latency/features.ts';
import { kindMs } from '../../../core/latency/kindModel.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { exactSumMs } from './madeUpPhone.ts';

const space = getSpace('elasticvit');
const random = new Random('fit of measured networks');
const networks = Array.from({ length: 160 }, () => space.lower(space.sample(random)).blocks);
const measured = (count: number, noise: (i: number) => number = () => 1) =>
  networks.slice(0, count).map((blocks, i) => ({ blocks, latencyMs: exactSumMs(blocks) * noise(i), relativeVariance: 0 }));
const unseen = networks.slice(100);
const errorOf = (predictedMs: readonly number[]) =>
  predictedMs.reduce((sum, ms, i) => sum + Math.abs(ms / exactSumMs(unseen[i]) - 1), 0) / predictedMs.length;

function fitTo(count: number) {
  const problem = fitProblem(measured(count), [{ kinds: typicalKinds }], unknownDevicePrior, unseen);
  return { problem, fit: fitRows(problem, problem.rows.map((_, i) => i)) };
}

describe('a fit to whole networks of a phone that is linear in the terms', () => {
  it('errs less the more networks there are, and hardly at all with a hundred', () => {
    const [few, some, many] = [10, 30, 100].map((count) => errorOf(fitTo(count).fit.predictedMs.slice(count)));
    expect(few).toBeLessThan(0.03);
    expect(some).toBeLessThan(few);
    expect(many).toBeLessThan(0.003);
  });

  it('becomes models of the kinds that say the same, with non-negative coefficients only', () => {
    const { problem, fit } = fitTo(10);
    const kinds = kindsOfFit(problem, fit);
    unseen.slice(0, 20).forEach((blocks, i) => {
      const sum = blocks.reduce((total, block) => total + kindMs(kinds[latencyKindOf(block)]!, block), 0);
      expect(sum / fit.predictedMs[10 + i]).toBeCloseTo(1, 4);
    });
    const coefficients = Object.values(kinds).flatMap(({ roofline }) => Object.values(roofline));
    expect(Math.min(...coefficients)).toBeGreaterThan(0);
  });

  it('scales a known phone that is the same but three times as fast from one network', () => {
    const third = Object.fromEntries(Object.entries(kindsOfFit(fitTo(10).problem, fitTo(10).fit)).map(([kind, { roofline }]) =>
      [kind, { roofline: Object.fromEntries(Object.entries(roofline).map(([term, value]) => [term, value / 3])) }]));
    const truth = (blocks: typeof networks[0]) => 3 * blocks.reduce((sum, block) =>
      sum + kindMs(third[latencyKindOf(block)], block), 0);
    const rows = [{ blocks: networks[0], latencyMs: truth(networks[0]), relativeVariance: 0 }];
    const fit = fitRows(fitProblem(rows, [{ name: 'third', kinds: third }], knownDevicesPrior, unseen), [0]);
    unseen.forEach((blocks, i) => expect(fit.predictedMs[1 + i] / truth(blocks)).toBeCloseTo(1, 6));
  });

  it('learns what maps of one width cost more', () => {
    const slow = (blocks: typeof networks[0]) => blocks.reduce((sum, block) =>
      sum + exactSumMs([block]) * (block.input.width === 14 ? 1.1 : 1), 0);
    const rows = networks.slice(0, 100).map((blocks) => ({ blocks, latencyMs: slow(blocks), relativeVariance: 0 }));
    const fit = fitRows(fitProblem(rows, [{ kinds: typicalKinds }], unknownDevicePrior, []), rows.map((_, i) => i));
    const problem = fitProblem(rows, [{ kinds: typicalKinds }], unknownDevicePrior, []);
    const shifts = Object.fromEntries(problem.design.grids.map((grid, g) => [grid, fit.gridShifts[g]]));
    expect(shifts[14]).toBeGreaterThan(0.07);
    const others = Object.entries(shifts).filter(([grid]) => grid !== '14').map(([, shift]) => Math.abs(shift));
    expect(Math.max(...others)).toBeLessThan(shifts[14] / 2);
  });

  it('trusts measurements less whose variance is larger', () => {
    const rows = measured(20).map((row, i) => (i < 5 ? { ...row, latencyMs: 1.3 * row.latencyMs } : row));
    const weighed = rows.map((row, i) => (i < 5 ? { ...row, relativeVariance: 0.3 ** 2 } : row));
    const [blind, careful] = [rows, weighed].map((each) => {
      const problem = fitProblem(each, [{ kinds: typicalKinds }], unknownDevicePrior, unseen);
      return errorOf(fitRows(problem, each.map((_, i) => i)).predictedMs.slice(20));
    });
    expect(careful).toBeLessThan(blind / 2);
  });
});

describe('the interval of a fit', () => {
  it('covers about as many unseen measurements as it says, with noise of 2 %', () => {
    const noise = new Random('noise');
    const noises = networks.map(() => Math.exp(0.02 * noise.normal()));
    const rows = measured(30, (i) => noises[i]);
    const problem = fitProblem(rows, [{ kinds: typicalKinds }], unknownDevicePrior, unseen);
    const places = rows.map((_, i) => i);
    const fit = fitRows(problem, places);
    const { logHalfWidth, observedCoverage } = calibratedInterval(problem, places, fit, unseen.map((_, i) => 30 + i), 0.9);
    // The noise alone asks for 1.645 deviations.
    expect(logHalfWidth).toBeGreaterThan(0.8 * 1.645 * 0.02);
    expect(logHalfWidth).toBeLessThan(2.5 * 1.645 * 0.02);
    expect(observedCoverage).toBeGreaterThan(0.75);
    const covered = unseen.filter((blocks, i) =>
      Math.abs(Math.log(fit.predictedMs[30 + i] / (exactSumMs(blocks) * noises[100 + i]))) <= logHalfWidth).length;
    // 60 networks at 90 %: three standard deviations are 12 %; the quantile from 30 scores adds 5 %.
    expect(covered / unseen.length).toBeGreaterThan(0.75);
  });
});
