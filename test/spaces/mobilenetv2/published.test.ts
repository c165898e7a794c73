import { describe, expect, it } from 'vitest';
import { networkParams } from '../../../core/network/blockGraph.ts';
import { networkMacs } from '../../../core/network/counts.ts';
import { multipliedChannels } from '../../../core/spaces/mobilenetv2/lowering.ts';
import { mobileNetV2, mobileNetV2Mini } from '../../../core/spaces/mobilenetv2/space.ts';

const network = (name: string) => mobileNetV2.lower(mobileNetV2.networks[name]);

describe('MobileNetV2', () => {
  it('has the parameters of torchvision\'s and timm\'s implementations', () => {
    // torchvision.models.mobilenet_v2, 1000 classes.
    expect(networkParams(network('mobilenetv2-1.0'))).toBe(3_504_872);
    // timm's mobilenetv2_050 and mobilenetv2_140, in millions.
    expect((networkParams(network('mobilenetv2-0.5')) / 1e6).toFixed(2)).toBe('1.97');
    expect((networkParams(network('mobilenetv2-1.4')) / 1e6).toFixed(2)).toBe('6.11');
  });

  // The release's table (tensorflow/models, slim/nets/mobilenet), in millions at 224 pixels; it says 300 for width 1, as the paper does.
  it.each([['0.35', 59], ['0.5', 97], ['0.75', 209], ['1.3', 509], ['1.4', 582]])('has the released multiply-accumulates at width %s', (width, millions) => {
    expect(Math.round(networkMacs(network(`mobilenetv2-${width}`)) / 1e6)).toBe(millions);
  });

  it('has 300 M multiply-accumulates at width 1', () => {
    // Table 2 once more: expansion, channels, blocks, stride; each block is a 1x1, a depthwise 3x3 and a 1x1 convolution.
    let [side, inputs, macs] = [112, 32, 9 * 3 * 32 * 112 ** 2];
    for (const [t, c, n, s] of [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]]) {
      for (let i = 0; i < n; i++, inputs = c) {
        const after = i === 0 ? side / s : side;
        macs += (t > 1 ? inputs * t * inputs * side ** 2 : 0) + t * inputs * (9 + c) * after ** 2;
        side = after;
      }
    }
    macs += 320 * 1280 * 7 ** 2 + 1280 * 1000;
    expect(networkMacs(network('mobilenetv2-1.0'))).toBe(macs);
    expect(Math.round(macs / 1e7)).toBe(30);
  });

  it('rounds widths to multiples of 8, nowhere down by more than 10 %', () => {
    // 18 would become 16, which is less than 90 % of it.
    expect([1, 0.75, 0.5, 0.35].map((multiplier) => multipliedChannels(24, multiplier))).toEqual([24, 24, 16, 8]);
    for (let multiplier = 0.1; multiplier < 1.4; multiplier += 0.01) {
      for (const channels of [16, 24, 32, 64, 96, 160, 320]) {
        const rounded = multipliedChannels(channels, multiplier);
        expect(rounded % 8).toBe(0);
        expect(rounded).toBeGreaterThanOrEqual(0.9 * channels * multiplier);
      }
    }
    expect(network('mobilenetv2-0.35').blocks.at(-1)).toMatchObject({ hiddenChannels: 1280 });
    expect(network('mobilenetv2-1.4').blocks.at(-1)).toMatchObject({ hiddenChannels: 1792 });
  });

  it('adds the input only where nothing changes', () => {
    const added = network('mobilenetv2-1.0').blocks.filter((block) => block.type === 'mbconv' && block.stride === 1 && block.input.channels === block.output.channels);
    // Table 2: every block behind the first of its row.
    expect(added).toHaveLength(1 + 2 + 3 + 2 + 2);
  });

  it('leaves out the first two halvings for small images', () => {
    const { blocks } = mobileNetV2Mini.lower(mobileNetV2Mini.networks.small);
    expect(blocks.map(({ output }) => output.height).filter((height, i, all) => height !== all[i - 1])).toEqual([32, 16, 8, 4, 1]);
  });

  it('is, with the first halving kept, what the other is at half of the pixels behind its first convolution', () => {
    const { small } = mobileNetV2Mini.networks;
    const halved = mobileNetV2Mini.lower({ ...small, stemScale: 0.5 }, { resolution: 64 }).blocks;
    const whole = mobileNetV2Mini.lower(small, { resolution: 32 }).blocks;
    expect(halved[0]).toMatchObject({ stride: 2, input: { height: 64 }, output: whole[0].output });
    expect(halved.slice(1)).toEqual(whole.slice(1));
  });

  it('reads and names members, and says what it accepts', () => {
    const arch = mobileNetV2.parse({ widthMultiplier: 0.85, resolution: 160 });
    expect(mobileNetV2.key(arch)).toBe('w0.85-r160');
    expect(mobileNetV2.fromCoordinates(mobileNetV2.coordinates(arch))).toEqual(arch);
    expect(() => mobileNetV2.parse({ widthMultiplier: 0.87, resolution: 160 })).toThrow('widthMultiplier is 0.87, accepted: 0.1, 0.15');
    expect(() => mobileNetV2.lower(arch, { resolution: 5000 })).toThrow('The resolution is 5000; mobilenetv2 accepts');
    expect(mobileNetV2.size).toBe(135n);
  });
});
