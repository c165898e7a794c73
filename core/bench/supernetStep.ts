import { Random } from '../base/random.ts';
import type { Engine } from '../engine/engine.ts';
import { networkMacs } from '../network/counts.ts';
import type { Network } from '../network/network.ts';
import type { SearchSpace } from '../spaces/space.ts';
import { trainingSettingsSchema } from '../training/settings.ts';
import { subnetsPerStep } from '../training/supernet/sampling/subnetSampler.ts';
import { SupernetTrainer } from '../training/supernet/trainer.ts';
import type { Steps } from './benchmark.ts';
import { peerParameters } from './peerParameters.ts';

/** Steps that are taken in turn: one with subnets of each of the trainer's ranges of MACs. */
const cycle = 8;
const classes = 10;

/** Steps of a space's supernet on noise: subnets of small to large ranges in turn, and the smallest one (elasticvit.md section 3). */
export function supernetSteps<A>(engine: Engine, space: SearchSpace<A>, batch: number): Steps {
  const imageSize = Math.max(...space.resolutions);
  const random = new Random(0);
  const pixels = Float32Array.from({ length: batch * 3 * imageSize * imageSize }, () => random.normal());
  const images = { images: pixels, labels: Int32Array.from({ length: batch }, (_, i) => i % classes), imageSize };
  const settings = trainingSettingsSchema.parse({ batchSize: batch });
  const trainer = new SupernetTrainer({ engine, space, classes, settings, seed: 0 });
  const steps = Array.from({ length: cycle }, (_, i): Network[] => {
    const { buckets } = trainer.sampler;
    const bucket = buckets[Math.floor(i * buckets.length / cycle)];
    return Array.from({ length: subnetsPerStep('bucket').sampled }, () => space.lower(bucket.draw(random), { classes }));
  });
  const smallest = space.lower(space.smallest, { classes });
  const macs = steps.flat().reduce((sum, network) => sum + networkMacs(network), 0) / cycle + networkMacs(smallest);
  let taken = 0;
  return {
    macs: 3 * batch * macs,
    peer: { kind: 'supernet', steps, smallest, batch, classes, imageSize, parameters: peerParameters(trainer.weights) },
    step: () => trainer.trainSubnets(steps[taken++ % cycle], images).loss,
  };
}
