import { plus } from '../../graph/dims.ts';
import type { TokenHeadBlock } from '../blocks.ts';
import type { BlockDefinition } from '../definition.ts';
import { layerNormParameters, tokenNorm } from './layerNorm.ts';

const extraTokens = (block: TokenHeadBlock) => block.input.extraTokens ?? 0;

export const tokenHead: BlockDefinition<TokenHeadBlock> = {
  variant: (block) => `${block.pool} extra:${extraTokens(block)} norm:${block.norm ? block.normEpsilon : 'none'}`,
  inputDims: () => ['B', 'N', 'channels'],
  sizes: (block) => ({ channels: block.input.channels, classes: block.classes }),
  parameters: (block) => [
    ...(block.norm ? layerNormParameters : []),
    { name: 'classifier.weight', dims: ['channels', 'classes'], init: 'truncatedNormal', decay: true },
    { name: 'classifier.bias', dims: ['classes'], init: 'zeros' },
  ],
  build(block, graph) {
    const [batch, tokens, channels] = graph.dims('x');
    const extra = extraTokens(block);
    const normalised = (y: string) => (block.norm ? tokenNorm(graph, y, block.normEpsilon) : y);
    let pooled: string;
    if (block.pool === 'classToken') {
      // A norm of each token for itself is needed only for the one that is read.
      pooled = graph.reshape(normalised(graph.slice('x', 1, 0, [batch, 1, channels])), [batch, channels]);
    } else {
      const map = extra > 0 ? graph.slice('x', 1, extra, [batch, plus(tokens, -extra), channels]) : 'x';
      pooled = graph.mean(normalised(map), [1], false);
    }
    return graph.plus(graph.add('MatMul', [pooled, 'classifier.weight']), 'classifier.bias');
  },
};
