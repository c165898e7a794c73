import type { Engine } from '../../engine/engine.ts';
import { runBlocks } from '../../model/inference.ts';
import type { Weights } from '../../model/weights.ts';
import type { Backbone } from '../../network/backbone.ts';
import type { ImageSize } from '../../network/imageSize.ts';
import { givesMaps, inputShape } from '../onnx.ts';

/** Images of any size, [count, 3, height, width] in row-major order. */
export interface Images extends ImageSize {
  readonly count: number;
  readonly pixels: Float32Array;
}

/**
 * What an engine makes of images before they are maps of a file: for each level what the network's own block gives, [count, channels,
 * height, width] or [count, tokens, channels].
 * @param weights of the backbone's network
 */
export function levelOutputs(engine: Engine, { network, padding, levels }: Backbone, weights: Weights, images: Images): Float32Array[] {
  let values = padded(images, padding);
  let next = 0;
  return levels.map(({ block }) => {
    const part = network.blocks.slice(next, block + 1);
    values = runBlocks(engine, weights, part, { shape: [images.count, ...inputShape(part[0])], data: values });
    next = block + 1;
    return values;
  });
}

/** The same as maps [count, channels, height, width], by level. */
export function featureMaps(engine: Engine, backbone: Backbone, weights: Weights, images: Images): Float32Array[] {
  return levelOutputs(engine, backbone, weights, images).map((values, i) => {
    const { block, shape: { channels, height, width, extraTokens = 0 } } = backbone.levels[i];
    return givesMaps(backbone.network.blocks[block]) ? values : mapsOf(values, images.count, { channels, positions: height * width, extraTokens });
  });
}

/** [count, tokens, channels] to [count, channels, positions], without the tokens in front. */
function mapsOf(tokens: Float32Array, count: number, { channels, positions, extraTokens }: { channels: number; positions: number; extraTokens: number }): Float32Array {
  const maps = new Float32Array(count * channels * positions);
  for (let image = 0; image < count; image++) {
    const start = (image * (positions + extraTokens) + extraTokens) * channels;
    for (let position = 0; position < positions; position++) {
      for (let channel = 0; channel < channels; channel++) {
        maps[(image * channels + channel) * positions + position] = tokens[start + position * channels + channel];
      }
    }
  }
  return maps;
}

function padded({ count, height, width, pixels }: Images, { bottom, right }: Backbone['padding']): Float32Array {
  if (bottom === 0 && right === 0) return pixels;
  const wide = width + right;
  const made = new Float32Array(count * 3 * (height + bottom) * wide);
  for (let plane = 0; plane < count * 3; plane++) {
    for (let row = 0; row < height; row++) {
      const from = (plane * height + row) * width;
      made.set(pixels.subarray(from, from + width), (plane * (height + bottom) + row) * wide);
    }
  }
  return made;
}
