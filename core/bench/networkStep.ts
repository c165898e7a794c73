import { Random } from '../base/random.ts';
import { sharedFloats } from '../base/sharedMemory.ts';
import type { Engine } from '../engine/engine.ts';
import { backpropagate } from '../model/backpropagate.ts';
import { SubnetView } from '../model/subnet.ts';
import { Weights } from '../model/weights.ts';
import { networkMacs } from '../network/counts.ts';
import type { Network } from '../network/network.ts';
import { crossEntropy, smoothedLabels } from '../training/loss.ts';
import { AdamW } from '../training/optimizer.ts';
import type { Steps } from './benchmark.ts';
import { peerParameters } from './peerParameters.ts';

const learningRate = 1e-3;
const weightDecay = 0.05;

/** Training steps of one network on one batch of noise, with AdamW. */
export function networkSteps(engine: Engine, network: Network, batch: number): Steps {
  const random = new Random(0);
  const weights = Weights.initialise(network, random.fork('weights'));
  const whole = new SubnetView(weights, network);
  const gradient = sharedFloats(weights.trainable.length);
  const ranges = [...weights.parameters.values()].filter(({ trainable }) => trainable !== false)
    .map(({ offset, length, decay }) => ({ offset, length, decay: decay === true }));
  const optimizer = new AdamW(weights.trainable.length, ranges, { weightDecay });
  const { resolution, classes } = network;
  const shape = [batch, 3, resolution, resolution];
  const noise = random.fork('images');
  const data = sharedFloats(shape.reduce((size, dim) => size * dim, 1)).map(() => noise.normal());
  const targets = smoothedLabels(Int32Array.from({ length: batch }, (_, i) => i % classes), classes, 0);
  return {
    macs: 3 * batch * networkMacs(network),
    peer: { kind: 'network', network, batch, classes, imageSize: resolution, parameters: peerParameters(weights) },
    step() {
      let loss = NaN;
      gradient.fill(0);
      backpropagate(engine, network, (key) => whole.shareOf(key), { shape, data }, { values: weights.trainable, gradient }, (logits) => {
        const result = crossEntropy(logits, targets, classes);
        loss = result.loss;
        return result.gradient;
      });
      optimizer.update(weights.trainable, gradient, learningRate);
      return loss;
    },
  };
}
