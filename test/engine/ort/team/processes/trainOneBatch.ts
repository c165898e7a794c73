import { Random } from '../../../../../core/base/random.ts';
import { startEngine } from '../../../../../core/engine/engines.ts';
import { flatParameters } from '../../../../../core/engine/flatParameters.ts';
import { backpropagate } from '../../../../../core/model/backpropagate.ts';
import { SubnetView } from '../../../../../core/model/subnet.ts';
import { layoutOf, Weights } from '../../../../../core/model/weights.ts';
import { vitNetwork } from '../../../../../core/spaces/vit/network.ts';
import { crossEntropy, smoothedLabels } from '../../../../../core/training/loss.ts';

const [batch, classes, threads] = [12, 3, 3];

/**
 * Computes a loss and its gradients with an engine of three threads.
 * @param fails whether the loss throws in the place of giving a gradient
 * @returns the loss
 */
export async function trainOneBatch(fails: boolean): Promise<number> {
  const engine = await startEngine('ort', { threads });
  const network = vitNetwork({ resolution: 8, patchSize: 4, width: 12, depth: 1, numHeads: 2, classes });
  const flat = flatParameters(layoutOf(network).trainableLength);
  const random = new Random('one batch');
  const weights = Weights.initialise(network, random, flat.values);
  const view = new SubnetView(weights, network);
  const data = Float32Array.from({ length: batch * 3 * 8 * 8 }, () => random.normal());
  const targets = smoothedLabels(Array.from({ length: batch }, (_, i) => i % classes), classes, 0.1);
  let loss = NaN;
  backpropagate(engine, network, (key) => view.shareOf(key), { shape: [batch, 3, 8, 8], data }, flat, (logits) => {
    if (fails) throw new RangeError('No loss today.');
    const result = crossEntropy(logits, targets, classes);
    loss = result.loss;
    return result.gradient;
  });
  return loss;
}
