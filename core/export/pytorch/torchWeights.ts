import { InputError } from '../../base/errors.ts';
import type { WeightTensor } from '../../model/safetensors.ts';
import { Weights } from '../../model/weights.ts';
import type { Network } from '../../network/network.ts';
import { fromTorch, torchTensors, toTorch } from './tensors.ts';

type Tensors = Readonly<Record<string, WeightTensor>>;

/** Of batch norms in PyTorch: training steps seen, which nothing here needs. */
const counter = /(^|\.)num_batches_tracked$/;
/** How wrappers of PyTorch (data parallelism, compilation) begin the names of what they wrap. */
const wrappers = /^(module\.|_orig_mod\.)+/;
/** So many names are told of each kind of mistake. */
const toldNames = 4;

/** Weights as the state of the PyTorch network (modelFile.ts). */
export function torchState(weights: Weights): Record<string, WeightTensor> {
  return Object.fromEntries(torchTensors(weights.network).flatMap((tensor) => {
    const entry = [tensor.torchKey, { shape: tensor.torchShape, data: toTorch(tensor, weights.view(tensor.key)) }] as const;
    if (!tensor.torchKey.endsWith('.running_var')) return [entry];
    const steps = tensor.torchKey.replace(/running_var$/, 'num_batches_tracked');
    return [entry, [steps, { shape: [], data: new BigInt64Array(1) }] as const];
  }));
}

/**
 * The state of a PyTorch network as weights.
 * @param where name of the file, for messages
 * @throws InputError `weights-mismatch`, naming what is missing, what is not part of the network, and what has another shape or type
 */
export function weightsFromTorch(network: Network, tensors: Tensors, where: string): Weights {
  const state = new Map(Object.entries(tensors).filter(([name]) => !counter.test(name)).map(([name, tensor]) => [name.replace(wrappers, ''), tensor]));
  const expected = torchTensors(network);
  const missing = expected.filter(({ torchKey }) => !state.has(torchKey)).map(({ torchKey }) => torchKey);
  const known = new Set(expected.map(({ torchKey }) => torchKey));
  const unknown = [...state.keys()].filter((name) => !known.has(name));
  const misfits = expected.flatMap(({ torchKey, torchShape }) => {
    const tensor = state.get(torchKey);
    if (tensor === undefined) return [];
    if (tensor.shape.join() !== torchShape.join()) return [`${torchKey} has shape [${tensor.shape}] instead of [${torchShape}]`];
    return tensor.data instanceof Float32Array ? [] : [`${torchKey} holds no float32 numbers`];
  });
  const complaints = [
    ...(missing.length > 0 ? [`it lacks ${some(missing)}`] : []),
    ...(unknown.length > 0 ? [`it has ${some(unknown)}, which the network has not`] : []),
    ...(misfits.length > 0 ? [some(misfits)] : []),
  ];
  if (complaints.length > 0) throw new InputError('weights-mismatch', `${where} does not fit the network ${network.space}: ${complaints.join('; ')}.`);
  const weights = new Weights(network);
  for (const tensor of expected) weights.view(tensor.key).set(fromTorch(tensor, state.get(tensor.torchKey)!.data as Float32Array));
  return weights;
}

function some(names: readonly string[]): string {
  const more = names.length - toldNames;
  return names.slice(0, toldNames).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
