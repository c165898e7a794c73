import type { Address } from '../../../engine/wasm/arena.ts';
import type { EncoderAttentionBlock, RelativeAttentionBlock } from '../../../network/blocks.ts';
import { classWeights, mixClasses, mixGradient, type Projections } from './classAttention.ts';
import type { Group, Member, Operation } from './group.ts';
import { addBias, addTo, matrixOf, product } from './linear.ts';
import { normaliseRows } from './norm.ts';
import { gradientNorms } from './nuclear.ts';
import { relativeVectors } from './relativeVectors.ts';

type AttentionBlock = EncoderAttentionBlock | RelativeAttentionBlock;

const parts = ['query', 'key', 'value'] as const;

/** Pre-norm self-attention with a residual. Among tokens that are all alike it is the identity on the values. */
export const attention: Operation<AttentionBlock> = (group, block, x) => {
  const { device: { arena }, members, rows } = group;
  const { numHeads, headDim, input: { channels } } = block;
  const inner = numHeads * headDim;
  const norm = normaliseRows(group, block, x, channels);
  const projected = (part: typeof parts[number]) => {
    const y = product(group, norm.y, matrixOf(group, `${part}.weight`));
    addBias(group, y, group.share.at(`${part}.bias`), inner);
    return y;
  };
  const mixing = members.length === rows ? amongEqual(group, block, projected('value')) : amongClasses(group, block, parts.map(projected));
  const y = product(group, mixing.mixed, matrixOf(group, 'project.weight'));
  addBias(group, y, group.share.at('project.bias'), channels);
  addTo(group, y, x, channels);
  return {
    y,
    backward(gradient) {
      const input = { address: norm.y, length: channels };
      const ofMixed = product(group, gradient, matrixOf(group, 'project.weight'), true);
      const projectNorms = gradientNorms(group, { address: mixing.mixed, length: inner }, [{ address: gradient, length: channels }]);
      const gradients = mixing.backward(ofMixed);
      const qkvNorms = gradientNorms(group, input, gradients.map(({ address }) => ({ address, length: inner })));
      members.forEach(({ network }, i) => {
        group.add(network, 'project', projectNorms[i] * group.weightNorm(['project.weight']));
        group.add(network, 'qkv', qkvNorms[i] * group.weightNorm(parts.map((part) => `${part}.weight`)));
      });
      const ofInputs = gradients.map(({ part, address }) => product(group, address, matrixOf(group, `${part}.weight`), true));
      for (const other of ofInputs.slice(1)) addTo(group, ofInputs[0], other, channels);
      const dx = norm.backward(ofInputs[0], gradient);
      for (const address of new Set([ofMixed, ...gradients.map(({ address: at }) => at), ...ofInputs])) arena.free(address);
      mixing.dispose();
      norm.dispose();
      return dx;
    },
  };
};

/** All values are alike, so that every mixture is too. What distances add to the values remains. */
function amongEqual(group: Group, block: AttentionBlock, value: Address) {
  const { device: { arena }, members: [{ input }], share } = group;
  if (block.type === 'relativeAttention') {
    const { headDim, numHeads } = block;
    const bias = share.keep(`relative ${input.front}`, numHeads * headDim, (values) => {
      const { value: vector } = relativeVectors(share, block, input);
      for (let head = 0; head < numHeads; head++) values.set(vector, head * headDim);
    });
    addBias(group, value, bias, numHeads * headDim);
  }
  return { mixed: value, backward: (gradient: Address) => [{ part: 'value' as const, address: gradient }], dispose: () => arena.free(value) };
}

function amongClasses(group: Group, block: AttentionBlock, projected: readonly Address[]) {
  const { device: { arena }, members, rows, share } = group;
  const { numHeads, headDim } = block;
  const inner = numHeads * headDim;
  const headsOf = ({ input }: Member) => ({
    numHeads, headDim, ...(block.type === 'relativeAttention' ? { relative: relativeVectors(share, block, input) } : {}),
  });
  const allocate = () => arena.allocate(rows * inner);
  const mixed = allocate();
  const viewOf = (address: Address, { firstRow, input: { counts } }: Member) => arena.view(address + 4 * firstRow * inner, counts.length * inner);
  const projectionsOf = ([query, key, value]: readonly Address[], member: Member): Projections =>
    ({ query: viewOf(query, member), key: viewOf(key, member), value: viewOf(value, member) });
  const weights = members.map((member) => {
    const projections = projectionsOf(projected, member);
    const ofMember = classWeights(projections, member.input, headsOf(member));
    mixClasses(ofMember, projections.value, viewOf(mixed, member), headsOf(member));
    return ofMember;
  });
  for (const { network, input: { counts } } of members) group.countMacs(2 * inner * counts.length ** 2, network);
  return {
    mixed,
    backward(gradient: Address) {
      const gradients = parts.map(allocate);
      members.forEach((member, i) => mixGradient(
        weights[i], projectionsOf(projected, member), viewOf(gradient, member), projectionsOf(gradients, member), headsOf(member)));
      for (const { network, input: { counts } } of members) group.countMacs(4 * inner * counts.length ** 2, network);
      return parts.map((part, i) => ({ part, address: gradients[i] }));
    },
    dispose: () => [mixed, ...projected].forEach((address) => arena.free(address)),
  };
}
