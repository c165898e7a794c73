import { Random } from '../../../../core/base/random.ts';
import { Weights } from '../../../../core/model/weights.ts';
import type { Network } from '../../../../core/network/network.ts';
import { MicroBatch } from '../../../../core/training/supernet/microBatches.ts';
import { attentionBlock, convBlock, ffnBlock, mbConvBlock, pooledHeadBlock } from '../../../model/blockCases.ts';

export const classes = 3;
const resolution = 8;

/** A network of every block type of ElasticViT; narrower stems and smaller kernels make it a subnet of (4, 5). */
export function tinyNetwork(stemChannels: number, kernelSize: 3 | 5): Network {
  const blocks = [
    convBlock({ kernelSize: 3, stride: 2, size: resolution, outputs: stemChannels }),
    mbConvBlock({ kernelSize, stride: 2, size: 4, squeeze: true, expand: true, inputs: stemChannels, outputs: 8 }),
    attentionBlock({ numHeads: 2, headDim: 4, valueRatio: 2, size: 2, normAxes: 'tokens-and-channels' }),
    ffnBlock({ channels: 8, mlpRatio: 2, size: 2, normAxes: 'channels' }),
    pooledHeadBlock({ channels: 8, size: 2, classes }),
  ];
  return { space: 'tiny', blocks, resolution, classes };
}

export const supernet = tinyNetwork(4, 5);

export const randomWeights = (network: Network) => Weights.initialise(network, new Random('weights'));

export function noiseBatch(count: number, size = resolution, seed = 'images'): MicroBatch {
  const random = new Random(seed);
  const images = Float32Array.from({ length: count * 3 * size ** 2 }, () => random.normal());
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  return new MicroBatch({ images, labels, imageSize: size }, 0, count, { classes, labelSmoothing: 0.1 });
}
