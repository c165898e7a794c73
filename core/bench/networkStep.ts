import { Random } from '../base/random.ts';
import type { ChainInput, Engine } from '../engine/engine.ts';
import { flatParameters, type FlatParameters } from '../engine/flatParameters.ts';
import { backpropagate } from '../model/backpropagate.ts';
import { SubnetView } from '../model/subnet.ts';
import { layoutOf, Weights } from '../model/weights.ts';
import { networkMacs } from '../network/counts.ts';
import type { Network } from '../network/network.ts';
import { crossEntropy, smoothedLabels } from '../training/loss.ts';
import { AdamW, clearGradient } from '../training/optimizer.ts';
import { ResidentTrainer } from '../training/residentTrainer.ts';
import { decayRanges } from '../training/weightDecay.ts';
import type { Steps } from './benchmark.ts';
import { peerParameters } from './peerParameters.ts';

const learningRate = 1e-3;
const weightDecay = 0.05;

/** Runs a network forward, hands its logits on, and updates its parameters with the gradient that comes back. */
type TrainingStep = (gradientOf: (logits: Float32Array) => Float32Array) => void;

/** Training steps of one network on one batch of noise, with AdamW. */
export function networkSteps(engine: Engine, network: Network, batch: number): Steps {
  const random = new Random(0);
  const flat = flatParameters(layoutOf(network).trainableLength);
  const weights = Weights.initialise(network, random.fork('weights'), flat.values);
  const { resolution, classes } = network;
  const shape = [batch, 3, resolution, resolution];
  const noise = random.fork('images');
  const data = flat.memory.allocate(shape.reduce((size, dim) => size * dim, 1));
  for (let i = 0; i < data.length; i++) data[i] = noise.normal();
  const targets = smoothedLabels(Int32Array.from({ length: batch }, (_, i) => i % classes), classes, 0);
  const train = engine.keepResident ? inEngine(engine, weights, { shape, data }) : inFlatBuffers(engine, weights, flat, { shape, data });
  return {
    macs: 3 * batch * networkMacs(network),
    peer: { kind: 'network', network, batch, classes, imageSize: resolution, parameters: peerParameters(weights) },
    step() {
      let loss = NaN;
      train((logits) => {
        const result = crossEntropy(logits, targets, classes);
        loss = result.loss;
        return result.gradient;
      });
      return loss;
    },
  };
}

function inFlatBuffers(engine: Engine, weights: Weights, flat: Required<FlatParameters>, images: ChainInput): TrainingStep {
  const { network } = weights;
  const whole = new SubnetView(weights, network);
  const optimizer = new AdamW(flat, decayRanges(weights), { weightDecay });
  return (gradientOf) => {
    clearGradient(flat);
    backpropagate(engine, network, (key) => whole.shareOf(key), images, flat, gradientOf);
    optimizer.update(learningRate, engine);
  };
}

/** Weights and optimizer state stay on the engine's device. */
function inEngine(engine: Engine, weights: Weights, images: ChainInput): TrainingStep {
  const trainer = new ResidentTrainer(engine, weights, { weightDecay });
  return (gradientOf) => trainer.step(images, learningRate, gradientOf);
}
