import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import type { AdamWSettings } from './optimizer.ts';

export interface UpdateSettings extends AdamWSettings {
  /** Largest norm of a gradient; unbounded by default. */
  readonly clipNorm?: number;
  /** Share of its former self that the moving average of the parameters keeps at each step; by default there is none. */
  readonly averageDecay?: number;
}

/** One update of all parameters as a graph, so that any engine runs it where the parameters are. */
export interface UpdateGraph {
  /**
   * Inputs, all [rows, columns]: `parameters`, `gradient`, `decayed` (1 where weight decay applies, 0 elsewhere), and the
   * state; and numbers that change from step to step, see `updateNumbers`. Outputs: new parameters, the state, and last
   * the gradient's norm before clipping, of rank 0.
   */
  readonly graph: Graph;
  /** Inputs that an output takes the place of for the next step, `parameters` included, with that output. */
  readonly carried: Readonly<Record<string, string>>;
}

const defaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** Added to a norm that is divided by: a gradient of zeros is not clipped. */
const tiny = 1e-20;

/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2, with PyTorch's scaling of the decay by the learning rate) after clipping
 * the gradient to a norm, and an exponential moving average of the parameters (Polyak and Juditsky 1992): what
 * optimizer.ts does on the CPU.
 *
 * The flat buffers come as matrices because GPUs add up rows in parallel; zeros at their end change nothing.
 */
export function updateGraph(settings: UpdateSettings): UpdateGraph {
  const { beta1, beta2, epsilon, clipNorm, averageDecay } = { ...defaults, ...settings };
  const builder = new GraphBuilder('update');
  const matrix = (name: string) => builder.input(name, ['rows', 'columns']);
  const [parameters, gradient, decayed, first, second] = ['parameters', 'gradient', 'decayed', 'first', 'second'].map(matrix);
  const average = averageDecay === undefined ? undefined : matrix('average');
  const [stepSize, correction, decay] = ['stepSize', 'correction', 'decay'].map((name) => builder.input(name, []));
  const mixed = (share: number, old: string, fresh: string, output?: string) =>
    builder.add('Add', [builder.mul(old, share), builder.mul(fresh, 1 - share)], {}, output);

  const rowSums = builder.sum(builder.mul(gradient, gradient), [1], false);
  const norm = builder.add('Sqrt', [builder.sum(rowSums, [0], false)], {}, 'norm');
  // HardSigmoid with this slope is min(1, .) for positive numbers.
  const clipped = clipNorm === undefined ? gradient : builder.mul(gradient,
    builder.add('HardSigmoid', [builder.div(builder.scalar(clipNorm), builder.plus(norm, tiny))], { alpha: 1, beta: 0 }));

  const m = mixed(beta1, first, clipped, 'first:next');
  const v = mixed(beta2, second, builder.mul(clipped, clipped), 'second:next');
  const step = builder.div(builder.mul(m, stepSize), builder.plus(builder.mul(builder.add('Sqrt', [v]), correction), epsilon));
  const kept = builder.minus(parameters, builder.mul(parameters, builder.mul(decayed, decay)));
  const moved = builder.add('Sub', [kept, step], {}, 'parameters:next');
  const carried: Record<string, string> = { parameters: moved, first: m, second: v };
  if (average !== undefined) carried.average = mixed(averageDecay!, average, moved, 'average:next');
  return { graph: builder.build([...Object.values(carried), norm]), carried };
}

/**
 * The numbers that an update wants beside its matrices, each a scalar.
 * @param step updates made so far, this one included
 */
export function updateNumbers(settings: UpdateSettings, step: number, learningRate: number): Readonly<Record<'stepSize' | 'correction' | 'decay', number>> {
  const { beta1, beta2, weightDecay } = { ...defaults, ...settings };
  return {
    stepSize: learningRate / (1 - beta1 ** step),
    correction: 1 / Math.sqrt(1 - beta2 ** step),
    decay: learningRate * weightDecay,
  };
}
