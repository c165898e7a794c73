import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { parseDeviceModel } from '../../core/latency/deviceModel.ts';
import { loadDevice } from '../../core/latency/devices.ts';
import { termsOf } from '../../core/latency/features.ts';
import { fitKinds } from '../../core/latency/fit.ts';
import { predictLatency } from '../../core/latency/predict.ts';
import { getSpace } from '../../core/spaces/index.ts';

const full = getSpace('elasticvit');
const mini = getSpace('elasticvit-mini');
const S1 = full.lower(full.networks.S1);

describe('a prediction', () => {
  const pixel4 = loadDevice('pixel4');

  it('is the sum of its blocks, in the network\'s order, inside its interval', () => {
    const { latencyMs, lowMs, highMs, blocks, outOfRange } = predictLatency(pixel4, S1);
    expect(blocks.map(({ name }) => name)).toEqual(S1.blocks.map(({ name }) => name));
    expect(blocks.reduce((sum, block) => sum + block.latencyMs, 0)).toBeCloseTo(latencyMs, 9);
    expect(lowMs).toBeLessThan(latencyMs);
    expect(highMs).toBeGreaterThan(latencyMs);
    expect(outOfRange).toEqual([]);
  });

  it('is the same the second time, and with the blocks in another order', () => {
    const first = predictLatency(pixel4, S1);
    expect(predictLatency(pixel4, S1)).toEqual(first);
    expect(predictLatency(pixel4, { ...S1, blocks: [...S1.blocks].reverse() }).latencyMs)
      .toBeCloseTo(first.latencyMs, 9);
  });

  it('applies the network\'s scale and bias', () => {
    const scaled = predictLatency({ ...pixel4, network: { scale: 2, biasMs: 3 } }, S1);
    expect(scaled.latencyMs).toBeCloseTo(3 + 2 * predictLatency(pixel4, S1).latencyMs, 9);
  });

  it('stays inside what was measured for every architecture of the full space', () => {
    const random = new Random('inside');
    for (let i = 0; i < 300; i++) {
      expect(predictLatency(pixel4, full.lower(full.sample(random))).outOfRange).toEqual([]);
    }
    for (const arch of Object.values(full.networks)) {
      expect(predictLatency(pixel4, full.lower(arch)).outOfRange).toEqual([]);
    }
  });
});

describe.each(['pixel4', 'pixel6', 'xiaomi11'])('outside what was measured on %s', (name) => {
  const model = loadDevice(name);
  const relativeWidth = ({ lowMs, highMs }: { lowMs: number; highMs: number }) => Math.log(highMs / lowMs);

  it('the small images of elasticvit-mini are flagged and get a wider interval, widest where furthest', () => {
    const [smallest, largest] = [mini.smallest, mini.largest].map((arch) => predictLatency(model, mini.lower(arch)));
    expect(smallest.outOfRange.join('\n')).toMatch(/first convolution: grid \d+ \(measured: 128 to 256\)/);
    expect(relativeWidth(largest)).toBeGreaterThan(3 * 2 * model.interval.logHalfWidth);
    expect(relativeWidth(smallest)).toBeGreaterThan(2 * relativeWidth(largest));
    expect(smallest.lowMs).toBeGreaterThan(0);
  });

  it('another number of classes is flagged at the head alone', () => {
    const ten = predictLatency(model, full.lower(full.networks.S1, { classes: 10 }));
    expect(ten.outOfRange).toEqual(['head: classes 10 (measured: 1000)']);
    expect(ten.latencyMs).toBeLessThan(predictLatency(model, S1).latencyMs);
    expect(relativeWidth(ten)).toBeGreaterThan(relativeWidth(predictLatency(model, S1)));
  });

  it('a shape is flagged whose numbers were each measured, but never together', () => {
    const block = S1.blocks.find(({ type }) => type === 'attention');
    if (block?.type !== 'attention') throw new Error('S1 has attention');
    const shape = { channels: 320, height: 32, width: 32 };
    const network = { ...S1, blocks: [{ ...block, input: shape, output: shape, numHeads: 20 }] };
    expect(predictLatency(model, network).outOfRange.join()).toMatch(/^attention: .* M multiply-accumulates/);
  });

  it('a kind that the model does not know is flagged and predicted from all kinds together', () => {
    const kinds = { ...model.kinds, ffn: undefined };
    const prediction = predictLatency({ ...model, kinds }, S1);
    expect(prediction.outOfRange).toEqual(['ffn: no block of this kind was measured']);
    expect(Math.abs(Math.log(prediction.latencyMs / predictLatency(model, S1).latencyMs))).toBeLessThan(Math.log(1.5));
    expect(prediction.highMs).toBeGreaterThan(predictLatency(model, S1).highMs);
  });
});

describe('a model fitted to a made-up phone', () => {
  it('finds the phone\'s cost per unit of work again, and the interval of extrapolation holds beyond the fit', () => {
    const msOf = (block: Parameters<typeof termsOf>[0], noise: Random) => {
      const { constant, matmulMacs, depthwiseMacs, weightBytes, readWriteBytes } = termsOf(block);
      const exact = 0.02 * constant + 0.05 * matmulMacs + 0.2 * depthwiseMacs + 0.04 * weightBytes + 0.03 * readWriteBytes;
      return exact * Math.exp(0.01 * noise.normal());
    };
    const random = new Random('made-up');
    const rows = Array.from({ length: 60 }, () => full.lower(full.sample(random)).blocks).flat()
      .map((block) => ({ block, latencyMs: msOf(block, random) }));
    const fitted = fitKinds(rows, 0.9);
    const model = { ...loadDevice('pixel4'), ...fitted };
    const network = full.lower(full.networks.L2);
    const exact = network.blocks.reduce((sum, block) => sum + msOf(block, random), 0);
    expect(Math.abs(predictLatency(model, network).latencyMs / exact - 1)).toBeLessThan(0.01);

    const small = mini.lower(mini.networks.medium);
    const smallExact = small.blocks.reduce((sum, block) => sum + msOf(block, random), 0);
    const { lowMs, highMs, outOfRange } = predictLatency(model, small);
    expect(outOfRange).not.toEqual([]);
    expect(smallExact).toBeGreaterThan(lowMs);
    expect(smallExact).toBeLessThan(highMs);
  });

  it('is valid as a file', () => {
    const model = loadDevice('xiaomi11');
    expect(parseDeviceModel(JSON.stringify(model), 'copy')).toEqual(model);
  });
});
