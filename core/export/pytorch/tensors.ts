import { blockParameters, type Parameter } from '../../network/blockGraph.ts';
import type { Block } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';

/** A parameter as PyTorch's layers keep it. */
export interface TorchTensor {
  /** In Pocketformer's weights, `<block>.<parameter>`. */
  readonly key: string;
  /** In the state of the PyTorch network. */
  readonly torchKey: string;
  readonly shape: readonly number[];
  /** Which of the parameter's axes comes first, second, ... in PyTorch, before axes are joined or split to `torchShape`. */
  readonly permutation: readonly number[];
  readonly torchShape: readonly number[];
}

/** Every parameter of a network, in the order of its blocks. */
export function torchTensors(network: Network): TorchTensor[] {
  return network.blocks.flatMap((block) => blockTensors(block).map(({ key, torchKey, ...tensor }) =>
    ({ ...tensor, key: `${block.name}.${key}`, torchKey: `${block.name}.${torchKey}` })));
}

/** A block's parameters, with keys within the block. */
export function blockTensors(block: Block): TorchTensor[] {
  const parameters = blockParameters(block);
  const names = new Set(parameters.map(({ name }) => name));
  return parameters.map((parameter) => ({
    key: parameter.name, torchKey: torchName(parameter.name, names), shape: parameter.shape, ...torchLayout(block, parameter),
  }));
}

const batchNormParts: Readonly<Record<string, string>> = { scale: 'weight', bias: 'bias', mean: 'running_mean', variance: 'running_var' };

/**
 * Names are the same but for norms, which PyTorch keeps as layers with names of its own: `expand.scale` is
 * `expandNorm.weight`, `norm.scale` is `norm.weight`.
 */
function torchName(name: string, names: ReadonlySet<string>): string {
  const [, layer, part] = /^(?:(.+)\.)?(.+)$/.exec(name)!;
  if (names.has(`${layer}.variance`) && Object.hasOwn(batchNormParts, part)) return `${layer}Norm.${batchNormParts[part]}`;
  if (part === 'convBias') return `${layer}.bias`;
  return part === 'scale' ? `${layer}.weight` : name;
}

/** Matrices of linear layers are [inputs, outputs] here and [outputs, inputs] there. */
function torchLayout(block: Block, { name, shape }: Parameter): Pick<TorchTensor, 'permutation' | 'torchShape'> {
  const unchanged = shape.map((_, axis) => axis);
  if (block.type === 'patchEmbed' && name === 'embed.weight') {
    return { permutation: [1, 0], torchShape: [shape[1], block.input.channels, block.patchSize, block.patchSize] };
  }
  if (block.type === 'patchMerging') {
    // The windows' numbers come channel by channel there, as a convolution's weights do.
    const permutation = name.startsWith('norm.') ? [2, 0, 1] : unchanged;
    return { permutation, torchShape: name.startsWith('norm.') ? [size(shape)] : [shape[0], size(shape.slice(1))] };
  }
  if (shape.length === 2 && name.endsWith('.weight')) return { permutation: [1, 0], torchShape: [shape[1], shape[0]] };
  return { permutation: unchanged, torchShape: shape };
}

/** A parameter's values in PyTorch's order. */
export function toTorch({ shape, permutation }: TorchTensor, values: Float32Array): Float32Array {
  return reordered(shape, permutation, (target, source) => [source, target], values);
}

/** Values in PyTorch's order as the parameter has them. */
export function fromTorch({ shape, permutation }: TorchTensor, values: Float32Array): Float32Array {
  return reordered(shape, permutation, (target, source) => [target, source], values);
}

/** @param places where a value is read and where it is written, of its place in PyTorch and its place here */
function reordered(
  shape: readonly number[], permutation: readonly number[], places: (torch: number, own: number) => readonly [from: number, to: number], values: Float32Array,
): Float32Array {
  if (permutation.every((axis, i) => axis === i)) return values;
  const strides = shape.map((_, axis) => size(shape.slice(axis + 1)));
  const moved = new Float32Array(values.length);
  const index = permutation.map(() => 0);
  for (let torch = 0; torch < values.length; torch++) {
    const own = index.reduce((sum, at, i) => sum + at * strides[permutation[i]], 0);
    const [from, to] = places(torch, own);
    moved[to] = values[from];
    for (let i = index.length - 1; i >= 0 && ++index[i] === shape[permutation[i]]; i--) index[i] = 0;
  }
  return moved;
}

const size = (shape: readonly number[]) => shape.reduce((product, dim) => product * dim, 1);
