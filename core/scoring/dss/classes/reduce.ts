import type { Block } from '../../../network/blocks.ts';
import type { Network } from '../../../network/network.ts';
import { isUniform, noTokens, uniformMap, type TokenClasses } from './tokenClasses.ts';
import { classAttention, windowedClasses, type ClassAttention, type WindowShape } from './windows.ts';

/** A block with the classes of the tokens that it reads and of those that it makes. */
export interface ReducedBlock {
  readonly block: Block;
  /** None where it reads the image. */
  readonly input: TokenClasses;
  /** None where it makes logits. */
  readonly output: TokenClasses;
  /** Where windows move over a map: of each class of the map that is made, what class each place of the window sees, or -1 for zeros. */
  readonly taps?: readonly Int32Array[];
  /** Where tokens attend to each other. */
  readonly attention?: ClassAttention;
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
  const keepsFront = network.blocks.some((block) => (block.type === 'tokenHead' || block.type === 'tokenPool') && block.pool === 'classToken');
  let input = noTokens;
  for (const block of network.blocks) {
    const made = reduceBlock(block, input, keepsFront);
    if (!made) return { reason: `its block "${block.name}" does not treat equal tokens alike` };
    blocks.push({ block, input, ...made });
    input = made.output;
  }
  return { blocks };
}

function reduceBlock(block: Block, input: TokenClasses, keepsFront: boolean): Omit<ReducedBlock, 'block' | 'input'> | undefined {
  const { output } = block;
  const front = keepsFront ? output.extraTokens ?? 0 : 0;
  switch (block.type) {
    case 'patchEmbed': return { output: uniformMap(output.height, output.width, front) };
    case 'overlappingPatchEmbed': {
      const image = uniformMap(block.input.height, block.input.width, front);
      return windowedClasses(image, windowShape(block, block.stride, block.padding[0]));
    }
    case 'depthwisePool': return windowedClasses(input, windowShape(block, 2, Math.floor(block.kernelSize / 2)));
    case 'patchMerging': return windowedClasses(input, windowShape(block, 2, Math.floor((block.kernelSize - 2) / 2)));
    case 'encoderAttention': {
      const attention = classAttention(input, block.splits ?? 1);
      return { output: attention.output, attention };
    }
    // Distances between tokens mean the same for all of them only where the tokens are.
    case 'relativeAttention': return isUniform(input) ? { output: input, attention: classAttention(input, 1) } : undefined;
    case 'encoderMlp': return { output: input };
    case 'tokenHead': case 'tokenPool': return { output: noTokens };
    default: return undefined;
  }
}

function windowShape({ kernelSize, output: { height, width } }: { readonly kernelSize: number } & Pick<Block, 'output'>, stride: number, before: number): WindowShape {
  return { kernelSize, stride, before, height, width };
}
