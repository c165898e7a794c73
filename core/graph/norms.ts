import type { GraphBuilder } from './builder.ts';
import type { GraphNode } from './graph.ts';

/**
 * Layer norm (Ba et al. 2016) with elementary operators, whose tangents are simple.
 * @returns the outputs of the node: result, mean, inverse deviation
 */
export function spellLayerNormalization(builder: GraphBuilder, { inputs: [x, scale, bias], attributes }: GraphNode): string[] {
  const axes = builder.dims(x).map((_, axis) => axis).slice(attributes.axis as number);
  const { mean, centred, variance } = moments(builder, x, axes);
  const inverse = builder.div(builder.scalar(1), deviation(builder, variance, attributes.epsilon));
  return [builder.plus(builder.mul(builder.mul(centred, inverse), scale), bias), mean, inverse];
}

/**
 * Batch norm (Ioffe and Szegedy 2015) with elementary operators.
 * @returns the outputs of the node: the result and, with batch statistics, mean and (biased) variance
 */
export function spellBatchNormalization(builder: GraphBuilder, { inputs, attributes }: GraphNode): string[] {
  const [x, scale, bias, runningMean, runningVariance] = inputs;
  const perChannel = builder.dims(scale);
  const asMap = (name: string) => builder.reshape(name, [1, perChannel[0], 1, 1]);
  const { mean, centred, variance } = attributes.training === 1
    ? moments(builder, x, [0, 2, 3])
    : { mean: runningMean, centred: builder.minus(x, asMap(runningMean)), variance: asMap(runningVariance) };
  const normalised = builder.div(centred, deviation(builder, variance, attributes.epsilon));
  const y = builder.plus(builder.mul(normalised, asMap(scale)), asMap(bias));
  return attributes.training === 1 ? [y, builder.reshape(mean, perChannel), builder.reshape(variance, perChannel)] : [y];
}

/** Mean and (biased) variance over axes, which are kept with size one. */
function moments(builder: GraphBuilder, x: string, axes: readonly number[]): { mean: string; centred: string; variance: string } {
  const mean = builder.mean(x, axes);
  const centred = builder.minus(x, mean);
  return { mean, centred, variance: builder.mean(builder.mul(centred, centred), axes) };
}

function deviation(builder: GraphBuilder, variance: string, epsilon: unknown): string {
  return builder.add('Sqrt', [builder.plus(variance, Number(epsilon))]);
}
