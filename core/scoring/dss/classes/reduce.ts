import { tokensOf, type Block, type FeatureShape } from '../../../network/blocks.ts';
import type { Network } from '../../../network/network.ts';
import { noTokens, type TokenClasses } from './tokenClasses.ts';

/** A block with the classes of the tokens that it reads and of those that it makes. */
export interface ReducedBlock {
  readonly block: Block;
  /** None where it reads the image. */
  readonly input: TokenClasses;
  /** None where it makes logits. */
  readonly output: TokenClasses;
}

/** A network on a constant image: one token stands for each class. */
export interface ReducedNetwork {
  readonly blocks: readonly ReducedBlock[];
}

/** Why tokens cannot be put together. */
export interface NotReducible {
  readonly reason: string;
}

/**
 * Puts the tokens of a constant image together in classes of tokens that are all alike: they run through the network, and
 * gradients through them, as one. Exact but for what differs from token to token by itself: learned positions are replaced
 * by their mean over a class, and a class token that the head does not read, one key among many, is left out.
 */
export function reduceTokens(network: Network): ReducedNetwork | NotReducible {
  const blocks: ReducedBlock[] = [];
  const keepsFront = network.blocks.some((block) => block.type === 'tokenHead' && block.pool === 'classToken');
  let input = noTokens;
  for (const block of network.blocks) {
    const output = classesOf(block, input, keepsFront);
    if (!output) return { reason: `its block "${block.name}" does not treat equal tokens alike` };
    blocks.push({ block, input, output });
    input = output;
  }
  return { blocks };
}

function classesOf(block: Block, input: TokenClasses, keepsFront: boolean): TokenClasses | undefined {
  switch (block.type) {
    case 'patchEmbed': return uniform(block.output, keepsFront);
    // Among several classes it matters which of them a window sees.
    case 'encoderAttention': return input.counts.length === 1 || (block.splits ?? 1) === 1 ? input : undefined;
    case 'relativeAttention': case 'encoderMlp': return input;
    case 'tokenHead': return noTokens;
    default: return undefined;
  }
}

const uniforms = new Map<string, TokenClasses>();

/** All tokens of a map alike. */
function uniform(shape: FeatureShape, keepsFront: boolean): TokenClasses {
  const front = keepsFront ? shape.extraTokens ?? 0 : 0;
  const inMap = tokensOf({ ...shape, extraTokens: 0 });
  const key = `${front} ${inMap}`;
  let classes = uniforms.get(key);
  if (!classes) uniforms.set(key, classes = { front, counts: [...new Array<number>(front).fill(1), inMap] });
  return classes;
}
