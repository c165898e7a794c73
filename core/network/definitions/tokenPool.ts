import { plus } from '../../graph/dims.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import type { TokenHeadBlock, TokenPoolBlock } from '../blocks.ts';
import type { BlockDefinition } from '../definition.ts';

export const extraTokens = ({ input }: TokenHeadBlock | TokenPoolBlock) => input.extraTokens ?? 0;

/** Features [batch, channels] of tokens `x`, the tokens that are read `prepared` beforehand. */
export function pooledTokens(block: TokenHeadBlock | TokenPoolBlock, graph: GraphBuilder, prepared: (tokens: string) => string): string {
  const [batch, tokens, channels] = graph.dims('x');
  const extra = extraTokens(block);
  if (block.pool === 'classToken') return graph.reshape(prepared(graph.slice('x', 1, 0, [batch, 1, channels])), [batch, channels]);
  const map = extra > 0 ? graph.slice('x', 1, extra, [batch, plus(tokens, -extra), channels]) : 'x';
  return graph.mean(prepared(map), [1], false);
}

export const tokenPool: BlockDefinition<TokenPoolBlock> = {
  variant: (block) => `${block.pool} extra:${extraTokens(block)}`,
  inputDims: () => ['B', 'N', 'channels'],
  sizes: (block) => ({ channels: block.input.channels }),
  parameters: () => [],
  build: (block, graph) => pooledTokens(block, graph, (tokens) => tokens),
};
