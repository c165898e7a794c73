import type { Address } from '../../../engine/wasm/arena.ts';
import type { EncoderAttentionBlock, RelativeAttentionBlock } from '../../../network/blocks.ts';
import { classWeights, mixClasses, mixGradient, type Heads, type Projections } from './classAttention.ts';
import type { Group, Member, Operation } from './group.ts';
import { addTo, addToRows, linear, matrixOf, product, type Rows } from './linear.ts';
import { normaliseRows } from './norm.ts';
import { gradientNorms } from './nuclear.ts';
import { relativeVectors } from './relativeVectors.ts';
import { joinRows, splitRows } from './splitRows.ts';

type AttentionBlock = EncoderAttentionBlock | RelativeAttentionBlock;

const parts = ['query', 'key', 'value'] as const;
type Part = typeof parts[number];

/** What attention mixes from values, with its way back to those of queries, keys and values that have a gradient. */
interface Mixing {
  readonly mixed: Rows;
  backward(gradient: Address): Partial<Record<Part, Rows>>;
  dispose(): void;
}

/** Pre-norm self-attention with a residual. */
export const attention: Operation<AttentionBlock> = (group, block, x) => {
  const { arena } = group.device;
  const norm = normaliseRows(group, block, { address: x, side: 'input', length: block.input.channels });
  const mixing = (group.members.length === group.rows ? amongEqual : amongClasses)(group, block, norm.y);
  const y = linear(group, mixing.mixed, 'project');
  const residual = splitRows(group, { ...y, address: x });
  addTo(group, y, residual);
  if (residual !== x) arena.free(residual);
  return {
    y: y.address,
    backward(gradient) {
      const ofOutput = { ...y, address: gradient };
      const ofMixed = product(group, ofOutput, matrixOf(group, 'project.weight'), true);
      addDiversity(group, 'project', ['project'], mixing.mixed, [ofOutput]);
      const gradients = mixing.backward(ofMixed.address);
      addDiversity(group, 'qkv', parts, norm.y, Object.values(gradients));
      const [first, ...others] = Object.entries(gradients).map(([part, of]) => product(group, of, matrixOf(group, `${part}.weight`), true));
      for (const other of others) addTo(group, first, other.address);
      const joined = joinRows(group, ofOutput);
      const dx = norm.backward(first.address, joined);
      const owned = [ofMixed, ...Object.values(gradients), first, ...others].map(({ address }) => address);
      for (const address of new Set(joined === gradient ? owned : [...owned, joined])) arena.free(address);
      mixing.dispose();
      norm.dispose();
      return dx.address;
    },
  };
};

/** Adds the nuclear norm of the gradient of layers that read `x`, times that of their weights. */
function addDiversity(group: Group, term: 'qkv' | 'project', layers: readonly string[], x: Rows, g: readonly Rows[]): void {
  const ofWeights = group.weightNorm(layers.map((name) => `${name}.weight`));
  gradientNorms(group, x, g).forEach((norm, i) => group.add(group.members[i].network, term, norm * ofWeights));
}

/** Where all tokens are alike, so are all values, and every mixture of them. What distances add remains. */
function amongEqual(group: Group, block: AttentionBlock, x: Rows): Mixing {
  const { device: { arena }, members: [{ reduced: { input } }], share } = group;
  const value = linear(group, x, 'value');
  if (block.type === 'relativeAttention') {
    const { headDim, numHeads } = block;
    addToRows(group, value, share.keep(`relative ${input.height}x${input.width}+${input.front}`, numHeads * headDim, (values) => {
      const { value: vector } = relativeVectors(share, block, input);
      for (let head = 0; head < numHeads; head++) values.set(vector, head * headDim);
    }));
  }
  return {
    mixed: { ...value, side: 'output' },
    backward: (gradient) => ({ value: { ...value, address: gradient } }),
    dispose: () => arena.free(value.address),
  };
}

function amongClasses(group: Group, block: AttentionBlock, x: Rows): Mixing {
  const { device: { arena }, members, rows, outputRows, share } = group;
  const { numHeads, headDim } = block;
  const inner = numHeads * headDim;
  const projected = Object.fromEntries(parts.map((part) => [part, linear(group, x, part)])) as Record<Part, Rows>;
  const mixed: Rows = { address: arena.allocate(outputRows * inner), side: 'output', length: inner };
  const headsOf = ({ reduced: { input } }: Member): Heads =>
    ({ numHeads, headDim, ...(block.type === 'relativeAttention' ? { relative: relativeVectors(share, block, input) } : {}) });
  const viewOf = ({ address, side }: Rows, { reduced, firstRow, firstOutputRow }: Member) =>
    arena.view(address + 4 * (side === 'input' ? firstRow : firstOutputRow) * inner, reduced[side].counts.length * inner);
  const viewsOf = (of: Record<Part, Rows>, member: Member): Projections =>
    ({ query: viewOf(of.query, member), key: viewOf(of.key, member), value: viewOf(of.value, member) });
  const pairs = ({ reduced: { input, output } }: Member) => input.counts.length * output.counts.length;
  const weights = members.map((member) => {
    const projections = viewsOf(projected, member);
    const ofMember = classWeights(projections, member.reduced.attention!, headsOf(member));
    mixClasses(ofMember, projections.value, viewOf(mixed, member), headsOf(member));
    return ofMember;
  });
  group.countMacs((member) => 2 * inner * pairs(member));
  return {
    mixed,
    backward(gradient) {
      const allocate = () => ({ address: arena.allocate(rows * inner), side: 'input' as const, length: inner });
      const gradients = { query: allocate(), key: allocate(), value: allocate() };
      members.forEach((member, i) => mixGradient(
        weights[i], viewsOf(projected, member), viewOf({ ...mixed, address: gradient }, member), viewsOf(gradients, member),
        member.reduced.attention!, headsOf(member)));
      group.countMacs((member) => 4 * inner * pairs(member));
      return gradients;
    },
    dispose: () => [mixed, ...Object.values(projected)].forEach(({ address }) => arena.free(address)),
  };
}
