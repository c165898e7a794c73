import type { EncoderMlpBlock } from '../../../network/blocks.ts';
import type { Group, Operation } from './group.ts';
import { addTo, linear, magnitudesOf, matrixOf, product, type Rows } from './linear.ts';
import { normaliseRows } from './norm.ts';

/** Pre-norm perceptron with exact GELU and a residual. */
export const mlp: Operation<EncoderMlpBlock> = (group, block, x) => {
  const { device: { arena, kernels }, rows } = group;
  const count = rows * block.hiddenChannels;
  const norm = normaliseRows(group, block, { address: x, side: 'input', length: block.input.channels });
  const before = linear(group, norm.y, 'expand');
  const after = { ...before, address: arena.allocate(count) };
  kernels.gelu(before.address, after.address, count);
  const y = linear(group, after, 'project');
  addTo(group, y, x);
  return {
    y: y.address,
    backward(gradient) {
      const ofOutput = { ...y, address: gradient };
      addSaliency(group, 'project.weight', after, ofOutput);
      const inner = product(group, ofOutput, matrixOf(group, 'project.weight'), true);
      kernels.geluGradient(inner.address, before.address, inner.address, count);
      addSaliency(group, 'expand.weight', norm.y, inner);
      const normalised = product(group, inner, matrixOf(group, 'expand.weight'), true);
      const dx = norm.backward(normalised.address, gradient);
      for (const { address } of [before, after, inner, normalised]) arena.free(address);
      norm.dispose();
      return dx.address;
    },
  };
};

/**
 * Adds the sum of |gradient x weight| of a linear layer. The gradient is a sum of outer products of the layer's input `x`
 * and the gradient `g` of its output, one for each class of tokens; for a single class the sum is |x| |w| |g|'.
 */
function addSaliency(group: Group, name: string, x: Rows, g: Rows): void {
  const { device: { arena, kernels }, members, rows } = group;
  const sums = arena.allocate(rows);
  if (members.length === rows) {
    const magnitudes = { ...g, address: arena.allocate(rows * g.length) };
    kernels.abs(g.address, magnitudes.address, rows * g.length);
    const weighted = product(group, magnitudes, magnitudesOf(group, name), true);
    kernels.absoluteDotRows(weighted.address, x.address, sums, rows, x.length);
    for (const { address } of [magnitudes, weighted]) arena.free(address);
  } else {
    const w = group.share.at(name);
    for (const { firstRow, reduced: { input } } of members) {
      kernels.outerSaliency(
        w, x.address + 4 * firstRow * x.length, g.address + 4 * firstRow * g.length, sums + 4 * firstRow, x.length, g.length, input.counts.length);
    }
    group.countMacs(x.length * g.length);
  }
  const values = arena.view(sums, rows);
  for (const { network, firstRow } of members) group.add(network, 'mlp', values[firstRow]);
  arena.free(sums);
}
