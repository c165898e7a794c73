import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../engine/engine.ts';
import type { Network } from '../network/network.ts';
import type { Jet } from './directional.ts';
import type { ForwardMode } from './forward.ts';
import { traceBackward, traceForward, traceMacs, type Trace } from './trace.ts';

/**
 * Gradients of single outputs with respect to the images: one pass forward, and one backward for each output.
 *
 * @param parameters the tensor for a parameter key
 * @param images [batch, 3, resolution, resolution]; with `first` they move, and so do the gradients
 * @param onGradient is shown, output by output, each image's gradient, and its tangent when the images move; [batch, 3, resolution, resolution]
 */
export function outputGradients(
  engine: Engine, network: Network, parameters: (key: string) => tf.Tensor, images: Jet, mode: ForwardMode,
  onGradient: (output: number, gradient: Jet) => void,
): void {
  tf.tidy(() => {
    const traces: Trace[] = [];
    let x = images;
    for (const block of network.blocks) {
      const trace = traceForward(engine, block, (key) => ({ value: parameters(key) }), x, mode, () => ['x']);
      traces.unshift(trace);
      x = trace.output;
    }
    const [batch, outputs] = x.value.shape;
    for (let output = 0; output < outputs; output++) {
      tf.tidy(() => {
        const one = tf.tile(tf.oneHot(tf.tensor1d([output], 'int32'), outputs).toFloat(), [batch, 1]);
        onGradient(output, traces.reduce<Jet>((upstream, trace) => traceBackward(engine, trace, upstream).get('x')!, { value: one }));
      });
    }
  });
}

/** Multiply-accumulates of that for one image. @param moving whether the images move */
export function outputGradientMacs(network: Network, mode: ForwardMode, moving: boolean): number {
  const outputs = network.blocks.at(-1)!.output.channels;
  return network.blocks.reduce((sum, block) => {
    const { forward, backward } = traceMacs(block, mode, ['x'], moving ? ['x'] : []);
    return sum + forward + outputs * backward;
  }, 0);
}
