import * as tf from '@tensorflow/tfjs';
import { gather, scatterAdd } from '../network/slicing.ts';
import type { ChainInput, ChainLink, Engine } from './engine.ts';
import type { FlatParameters } from './flatParameters.ts';

/**
 * Runs a chain of graphs forward and backward: the engine's own way where it has one, which keeps tfjs and its tape out
 * of it, or tfjs's. Adds the parameters' gradients to those in `flat`.
 * @param gradientOf given the chain's result in the order of its axes, the gradient that flows back from it
 * @throws RangeError for an empty batch, which has no mean and no loss
 */
export function backpropagate(
  engine: Engine, links: readonly ChainLink[], input: ChainInput, flat: FlatParameters,
  gradientOf: (result: Float32Array) => Float32Array,
): void {
  const { shape, data } = input;
  const length = shape.reduce((size, dim) => size * dim, 1);
  if (length === 0) throw new RangeError(`A batch of shape [${shape}] is empty; training takes one image at least.`);
  if (data.length !== length) throw new RangeError(`A batch of shape [${shape}] has ${length} numbers, not ${data.length}.`);
  if (engine.backpropagate) engine.backpropagate(links, input, flat, gradientOf);
  else differentiateWithTape(engine, links, input, flat, gradientOf);
}

/** Differentiates the sum of result x gradient, whose gradient at the result is the given one. */
function differentiateWithTape(
  engine: Engine, links: readonly ChainLink[], input: ChainInput, flat: FlatParameters,
  gradientOf: (result: Float32Array) => Float32Array,
): void {
  const parameters = links.flatMap((link) => link.parameters);
  tf.tidy(() => {
    // A copy, because native backends refuse shared memory.
    const tensors = parameters.map(({ shape, offset, slice }) => tf.tensor(gather(flat.values.subarray(offset), slice).slice(), [...shape]));
    const { grads } = tf.valueAndGrads((...given: tf.Tensor[]) => {
      const byParameter = new Map(parameters.map((parameter, i) => [parameter, given[i]]));
      let result = tf.tensor(input.data.slice(), [...input.shape]);
      for (const [i, { graph, parameters: own, tables }] of links.entries()) {
        const feeds: Record<string, tf.Tensor> = { [graph.inputs[0]]: result };
        for (const parameter of own) feeds[parameter.name] = byParameter.get(parameter)!;
        for (const [name, { shape, data }] of Object.entries(tables)) feeds[name] = tf.tensor(data, [...shape], 'int32');
        result = engine.apply(graph, feeds, i === 0 ? { wrt: graph.parameters } : {});
      }
      const gradient = tf.tensor(gradientOf(Float32Array.from(result.dataSync())), result.shape);
      return tf.sum(tf.mul(result, gradient)) as tf.Scalar;
    })(tensors);
    parameters.forEach(({ offset, slice }, i) => scatterAdd(grads[i].dataSync() as Float32Array, slice, flat.gradient.subarray(offset)));
  });
}
