import { describe, expect, it } from 'vitest';
import { loadDevice } from '../../../core/latency/devices.ts';
import { matchLatency } from '../../../core/latency/match/matchLatency.ts';
import { predictLatency } from '../../../core/latency/predict.ts';
import { deit } from '../../../core/spaces/deit/space.ts';
import { elasticVit } from '../../../core/spaces/elasticvit/space.ts';
import { mobileNetV2 } from '../../../core/spaces/mobilenetv2/space.ts';

const pixel = loadDevice('pixel6');
const widths = mobileNetV2.dimensions[0].values;
const latencyOf = (widthMultiplier: number, resolution = 224) => predictLatency(pixel, mobileNetV2.lower({ widthMultiplier, resolution })).latencyMs;

describe('scaling a hand-designed family to a latency', () => {
  it('takes the width multiplier whose prediction is nearest from below', () => {
    for (const [target, resolution] of [[6, 224], [12, 224], [4, 128]]) {
      const { arch, prediction, next } = matchLatency(mobileNetV2, pixel, target, { resolution });
      const latencies = widths.map((width) => latencyOf(width, resolution));
      expect(prediction.latencyMs).toBe(Math.max(...latencies.filter((latency) => latency <= target)));
      expect(next!.prediction.latencyMs).toBe(Math.min(...latencies.filter((latency) => latency > target)));
      expect(arch.resolution).toBe(resolution);
    }
  });

  it('gives DeiT as many heads as twelve layers allow, then as many layers', () => {
    const of = (numHeads: number, depth: number) => predictLatency(pixel, deit.lower({ numHeads, depth, resolution: 224 })).latencyMs;
    const { arch } = matchLatency(deit, pixel, 80);
    expect(of(arch.numHeads, 12)).toBeLessThanOrEqual(80);
    expect(of(arch.numHeads + 1, 12)).toBeGreaterThan(80);
    expect(of(arch.numHeads, arch.depth)).toBeLessThanOrEqual(80);
    expect(of(arch.numHeads, arch.depth + 1)).toBeGreaterThan(80);
  });

  it('says that no model of the phones has seen ReLU6', () => {
    const { prediction } = matchLatency(mobileNetV2, pixel, 12);
    expect(prediction.outOfRange).toContain('MBConv: no block with ReLU6 was measured');
    expect(prediction.blocks.every(({ isOutside }) => isOutside)).toBe(true);
    expect(prediction.highMs).toBeGreaterThan(prediction.latencyMs);
  });

  it('refuses what cannot be reached, and spaces that are searched', () => {
    expect(() => matchLatency(mobileNetV2, pixel, 0.1)).toThrow(/No member of mobilenetv2 .* at most 0\.1 ms on pixel6; the quickest takes/);
    expect(() => matchLatency(mobileNetV2, pixel, 10, { resolution: 100 })).toThrow('resolution is 100, accepted: 96, 128');
    expect(() => matchLatency(elasticVit, pixel, 10)).toThrow('search it instead');
  });
});
