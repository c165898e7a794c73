import { describe, expect, it } from 'vitest';
import { loadDevice } from '../../../core/latency/devices.ts';
import { predictLatency } from '../../../core/latency/predict.ts';
import { vitNetwork } from '../../../core/spaces/vit/network.ts';
import { handDesignedFor } from '../../../core/study/story/handDesigned.ts';

const device = loadDevice('pixel4');

describe('a hand-designed network of a given latency', () => {
  it('can be a DeiT of as many heads as six layers allow on small images, and of as many layers as these allow', () => {
    const { arch, latencyMs } = handDesignedFor('deit', { device, targetMs: 2, imageSize: 32, classes: 7 });
    // The plain vision transformer, built without the space that the family is in.
    const predicted = (numHeads: number, depth: number) =>
      predictLatency(device, vitNetwork({ width: 16 * numHeads, depth, numHeads, patchSize: 4, resolution: 32, classes: 7 })).latencyMs;
    const { numHeads, depth } = arch as { numHeads: number; depth: number };
    expect(latencyMs).toBeCloseTo(predicted(numHeads, depth), 9);
    expect(latencyMs).toBeLessThanOrEqual(2);
    expect(predicted(numHeads + 1, 6)).toBeGreaterThan(2);
    expect(predicted(numHeads, depth + 1)).toBeGreaterThan(2);
  });

  it('can be a MobileNetV2, scaled by its width multiplier', () => {
    for (const [imageSize, id, targetMs] of [[32, 'mobilenetv2-mini', 2], [224, 'mobilenetv2', 15]] as const) {
      const { space, arch, latencyMs } = handDesignedFor('mobilenetv2', { device, targetMs, imageSize, classes: 10 });
      expect(space.id).toBe(id);
      const others = space.dimensions[0].values.map((widthMultiplier) =>
        predictLatency(device, space.lower({ ...arch as object, widthMultiplier }, { classes: 10, resolution: imageSize })).latencyMs);
      expect(latencyMs).toBe(Math.max(...others.filter((latency) => latency <= targetMs)));
    }
  });

  it('can be a MobileNetV2 that halves the image at once, where those that do not are too slow', () => {
    const { space, arch, latencyMs } = handDesignedFor('mobilenetv2', { device, targetMs: 0.6, imageSize: 32, classes: 10 });
    const predicted = (changes: object) => predictLatency(device, space.lower({ ...arch as object, ...changes }, { classes: 10 })).latencyMs;
    const [widths, scales] = space.dimensions;
    expect(scales.name).toBe('stemScale');
    expect(predicted({ widthMultiplier: widths.values[0], stemScale: 1 })).toBeGreaterThan(0.6);
    const others = widths.values.map((widthMultiplier) => predicted({ widthMultiplier, stemScale: 0.5 }));
    expect(latencyMs).toBe(Math.max(...others.filter((latency) => latency <= 0.6)));
  });

  it('is the smallest of its family where nothing is fast enough', () => {
    const { space, arch, latencyMs } = handDesignedFor('mobilenetv2', { device, targetMs: 0.01, imageSize: 32, classes: 10 });
    expect(arch).toEqual(space.networks.min);
    expect(latencyMs).toBeGreaterThan(0.01);
  });
});
