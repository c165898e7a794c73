import { expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { GraphBuilder } from '../../core/graph/builder.ts';
import { forwardMode } from '../../core/graph/tangent.ts';
import { crossEntropy, smoothedLabels } from '../../core/training/loss.ts';
import { crossEntropyAlong } from '../../core/training/lossAlong.ts';
import { normal, relativeDifference } from '../engine/compare.ts';
import { evaluateExactly } from '../engine/exact.ts';

const [batch, classes] = [3, 4];
const random = new Random('loss along');
const logits = normal(random, [batch, classes], 0, 2).data as Float32Array;
const tangent = normal(random, [batch, classes]).data as Float32Array;
const targets = smoothedLabels([1, 3, 0], classes, 0.1);

it('follows the gradient of the cross-entropy as the logits move', () => {
  const { gradient, tangent: moved } = crossEntropyAlong(logits, tangent, targets, classes);
  expect(gradient).toEqual(crossEntropy(logits, targets, classes).gradient);
  const step = 1 / 64;
  const at = (time: number) => crossEntropy(logits.map((z, i) => z + time * tangent[i]), targets, classes).gradient;
  const [after, before] = [at(step), at(-step)];
  expect(relativeDifference(moved, after.map((g, i) => (g - before[i]) / (2 * step)))).toBeLessThan(2e-3);
});

it('equals the tangent of softmax, which forward mode derives on its own', () => {
  const builder = new GraphBuilder('softmax');
  builder.input('logits', ['B', 'classes']);
  const { graph, derivatives } = forwardMode(builder.build([builder.div(builder.add('Softmax', ['logits']), batch)]), 1, { logits: 1 });
  const exact = evaluateExactly(graph, { logits: { shape: [batch, classes], data: logits }, 'd1:logits': { shape: [batch, classes], data: tangent } });
  const expected = exact.get(derivatives[0].get(graph.outputs[0])!)!.data;
  expect(relativeDifference(crossEntropyAlong(logits, tangent, targets, classes).tangent, expected)).toBeLessThan(1e-6);
});

it('does not change when all logits of an image move alike, which probabilities do not see', () => {
  const { tangent: moved } = crossEntropyAlong(logits, tangent.map((_, i) => Math.floor(i / classes) + 1), targets, classes);
  moved.forEach((value) => expect(value).toBeCloseTo(0, 6));
});
