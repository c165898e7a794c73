import type { Address } from '../../../engine/wasm/arena.ts';
import type { EncoderMlpBlock } from '../../../network/blocks.ts';
import type { Group, Operation } from './group.ts';
import { addBias, addTo, magnitudesOf, matrixOf, product } from './linear.ts';
import { normaliseRows } from './norm.ts';

/** Pre-norm perceptron with exact GELU and a residual. */
export const mlp: Operation<EncoderMlpBlock> = (group, block, x) => {
  const { device: { arena, kernels }, rows } = group;
  const [channels, hidden] = [block.input.channels, block.hiddenChannels];
  const norm = normaliseRows(group, block, x, channels);
  const before = product(group, norm.y, matrixOf(group, 'expand.weight'));
  addBias(group, before, group.share.at('expand.bias'), hidden);
  const after = arena.allocate(rows * hidden);
  kernels.gelu(before, after, rows * hidden);
  const y = product(group, after, matrixOf(group, 'project.weight'));
  addBias(group, y, group.share.at('project.bias'), channels);
  addTo(group, y, x, channels);
  return {
    y,
    backward(gradient) {
      addSaliency(group, 'project.weight', after, gradient);
      const inner = product(group, gradient, matrixOf(group, 'project.weight'), true);
      kernels.geluGradient(inner, before, inner, rows * hidden);
      addSaliency(group, 'expand.weight', norm.y, inner);
      const normalised = product(group, inner, matrixOf(group, 'expand.weight'), true);
      const dx = norm.backward(normalised, gradient);
      for (const address of [before, after, inner, normalised]) arena.free(address);
      norm.dispose();
      return dx;
    },
  };
};

/**
 * Adds the sum of |gradient x weight| of a linear layer. The gradient is a sum of outer products of the layer's input `x`
 * and the gradient `g` of its output, one for each class of tokens; for a single class the sum is |x| |w| |g|'.
 */
function addSaliency(group: Group, name: string, x: Address, g: Address): void {
  const { device: { arena, kernels }, members, rows } = group;
  const [from, to] = group.share.shape(name);
  const sums = arena.allocate(rows);
  if (members.length === rows) {
    const magnitudes = arena.allocate(rows * to);
    kernels.abs(g, magnitudes, rows * to);
    const weighted = product(group, magnitudes, magnitudesOf(group, name), true);
    kernels.absoluteDotRows(weighted, x, sums, rows, from);
    for (const address of [magnitudes, weighted]) arena.free(address);
  } else {
    const w = group.share.at(name);
    for (const { firstRow, input: { counts } } of members) {
      kernels.outerSaliency(w, x + 4 * firstRow * from, g + 4 * firstRow * to, sums + 4 * firstRow, from, to, counts.length);
    }
    group.countMacs(from * to);
  }
  const values = arena.view(sums, rows);
  for (const { network, firstRow } of members) group.add(network, 'mlp', values[firstRow]);
  arena.free(sums);
}
