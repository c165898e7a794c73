import type { Block, BlockType } from '../../../network/blocks.ts';
import type { ReducedNetwork } from '../classes/reduce.ts';
import type { DssTerms, WeightSigns } from '../terms.ts';
import { attention } from './attention.ts';
import { embed } from './embed.ts';
import type { ExpectedOperation, ExpectedPass, Tokens } from './flow.ts';
import { head } from './head.ts';
import { mlp } from './mlp.ts';
import { blockMoments } from './moments.ts';
import { depthwisePool, patchMerging } from './windows.ts';

const operations: { readonly [T in BlockType]?: ExpectedOperation<Extract<Block, { type: T }>> } = {
  patchEmbed: embed, overlappingPatchEmbed: embed, depthwisePool, patchMerging,
  encoderAttention: attention, relativeAttention: attention, encoderMlp: mlp, tokenHead: head, tokenPool: head,
};

/**
 * The terms of the DSS-indicator that fresh weights of a network are expected to give (tftas.md 9.6): every token is replaced
 * by its expected products with the others, forward (Lee et al. 2018) and backward (Schoenholz et al. 2017). Weights of
 * different layers are taken as independent, also those that the way back uses again, and layers as wide.
 *
 * It needs no weights and no seed, and a few hundred operations for each pair of classes of tokens.
 */
export function expectedTerms({ blocks }: ReducedNetwork, signs: WeightSigns): DssTerms {
  const terms = { qkv: 0, project: 0, mlp: 0 };
  const passes: ExpectedPass[] = [];
  let tokens: Tokens = { channels: 0, means: new Float64Array(0), products: new Float64Array(0) };
  for (const reduced of blocks) {
    const { block } = reduced;
    const operation = operations[block.type] as ExpectedOperation<Block> | undefined;
    if (!operation) throw new RangeError(`Block "${block.name}" cannot run on classes of tokens.`);
    const pass = operation({ ...reduced, moments: blockMoments(block, signs), add: (term, value) => { terms[term] += value; } }, block, tokens);
    passes.push(pass);
    ({ tokens } = pass);
  }
  passes.reduceRight<Float64Array | undefined>((gradients, pass) => pass.backward(gradients!), new Float64Array(0));
  return terms;
}
