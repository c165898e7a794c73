import { resizePlanesTo, type PlaneSize } from '../base/bicubic.ts';
import { InputError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { Block } from '../network/blocks.ts';
import type { Network } from '../network/network.ts';
import type { WeightTensor } from './safetensors.ts';
import { drawParameter, Weights, type PlacedParameter } from './weights.ts';

export interface FittedWeights {
  readonly weights: Weights;
  /** Keys of positions that were learned on maps of another size. */
  readonly resampled: readonly string[];
  /** Keys of the classifier that start afresh, because the weights tell other classes apart. */
  readonly fresh: readonly string[];
}

/**
 * Weights of a network that differs in what its resolution and its classes decide: positions are resampled
 * (`resamplePositions`), and a classifier of other classes starts as in a fresh network. Everything else must fit.
 * @param tensors by key; others than the network's are ignored
 * @param options.freshClassifier whether the classifier starts afresh although there are as many classes
 * @throws InputError `weights-mismatch` when a tensor is missing or has another shape for any other reason
 */
export function fitWeights(
  network: Network, tensors: Readonly<Record<string, WeightTensor>>, options: { readonly random: Random; readonly freshClassifier?: boolean },
): FittedWeights {
  const { random, freshClassifier = false } = options;
  const weights = new Weights(network);
  const resampled: string[] = [];
  const fresh: string[] = [];
  network.blocks.forEach((block, i) => {
    for (const parameter of parametersOf(weights, block)) {
      const tensor = tensors[parameter.key];
      const values = weights.view(parameter);
      const ofClasses = i === network.blocks.length - 1 && tensor !== undefined && tellsClasses(parameter, tensor, network.classes);
      if (ofClasses && (freshClassifier || tensor.shape.join() !== parameter.shape.join())) {
        drawParameter(values, parameter, random.fork(parameter.key));
        fresh.push(parameter.key);
      } else if (tensor !== undefined && tensor.shape.join() === parameter.shape.join() && tensor.data instanceof Float32Array) {
        values.set(tensor.data);
      } else if (tensor !== undefined && parameter.positions !== undefined && tensor.data instanceof Float32Array) {
        values.set(resamplePositions(parameter, block, tensor.shape, tensor.data));
        resampled.push(parameter.key);
      } else {
        throw new InputError('weights-mismatch', tensor
          ? `The weights' "${parameter.key}" has shape [${tensor.shape}], but the network needs [${parameter.shape}].`
          : `The weights lack "${parameter.key}", which the network needs.`);
      }
    }
  });
  return { weights, resampled, fresh };
}

function parametersOf({ parameters }: Weights, { name }: Block): PlacedParameter[] {
  return [...parameters.values()].filter(({ key }) => key.startsWith(`${name}.`));
}

/** The last axis counts classes, and only there may the tensor be another. */
function tellsClasses({ shape }: PlacedParameter, tensor: WeightTensor, classes: number): boolean {
  return shape.at(-1) === classes && tensor.shape.length === shape.length && tensor.shape.slice(0, -1).join() === shape.slice(0, -1).join();
}

/**
 * Positions for a map of another size. Those of tokens are interpolated bicubically, as for DeiT (Touvron et al. 2021, section
 * 3.3), those of extra tokens kept. Tables of offsets are interpolated along sides that have become longer; along shorter ones
 * the offsets around zero are taken, as subnets do.
 * @param shape of `values`, which were learned on a square map
 * @returns in the shape of the parameter
 * @throws InputError `weights-mismatch`
 */
export function resamplePositions(parameter: PlacedParameter, block: Block, shape: readonly number[], values: Float32Array): Float32Array {
  const isTable = parameter.positions === 'offsets';
  const { height, width } = block.output;
  const extra = isTable ? 0 : parameter.shape[0] - height * width;
  const to = isTable ? { height: parameter.shape[0], width: parameter.shape[1] } : { height, width };
  const side = isTable ? shape[0] : Math.sqrt(shape[0] - extra);
  const channels = parameter.shape.at(-1)!;
  const fits = Number.isInteger(side) && side > 0 && shape.at(-1) === channels && shape.length === parameter.shape.length
    && (!isTable || shape[1] === side);
  if (!fits) {
    throw new InputError('weights-mismatch', `The weights' positions "${parameter.key}" of shape [${shape}] are not those of a square map that can be `
      + `resampled to [${parameter.shape}].`);
  }
  const kept = values.subarray(0, extra * channels);
  const made = new Float32Array(parameter.length);
  made.set(kept);
  const near = isTable ? { height: Math.min(side, to.height), width: Math.min(side, to.width) } : { height: side, width: side };
  made.set(interpolated(centre(values.subarray(extra * channels), side, near, channels), near, to, channels), kept.length);
  return made;
}

/** [from.height, from.width, channels] to [to.height, to.width, channels]. */
function interpolated(map: Float32Array, from: PlaneSize, to: PlaneSize, channels: number): Float32Array {
  const planes = resizePlanesTo(transposed(map, from.height * from.width, channels), channels, from, to);
  return transposed(planes, channels, to.height * to.width);
}

/** The middle of [from, from, channels]. */
function centre(map: Float32Array, from: number, to: PlaneSize, channels: number): Float32Array {
  if (to.height === from && to.width === from) return map;
  const [top, left] = [(from - to.height) / 2, (from - to.width) / 2];
  const made = new Float32Array(to.height * to.width * channels);
  for (let row = 0; row < to.height; row++) {
    const first = ((top + row) * from + left) * channels;
    made.set(map.subarray(first, first + to.width * channels), row * to.width * channels);
  }
  return made;
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const made = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) made[column * rows + row] = values[row * columns + column];
  }
  return made;
}
