import type { Block, ConvActivation, TokenHeadBlock } from './blocks.ts';

export interface BlockChoice {
  readonly name: string;
  readonly value: string;
}

/** What was chosen for a block besides its shapes, in the field's terms. */
export function blockChoices(block: Block): BlockChoice[] {
  switch (block.type) {
    case 'conv': return [kernel(block.kernelSize), choice('stride', block.stride), ...activation(block.activation)];
    case 'mbconv': return [
      kernel(block.kernelSize), choice('stride', block.stride), choice('expansion', block.expandRatio),
      ...(block.squeezeChannels > 0 ? [choice('squeeze-excitation', block.squeezeChannels)] : []), ...activation(block.activation),
    ];
    case 'attention': return [
      choice('heads', block.numHeads), choice('head width', block.headDim), choice('value width', block.headDim * block.valueRatio),
    ];
    case 'ffn': return [choice('MLP ratio', block.mlpRatio)];
    case 'pooledHead': return [choice('channels', block.hiddenChannels), ...(block.features === undefined ? [] : [choice('features', block.features)]), ...activation(block.activation)];
    case 'patchEmbed': return [
      choice('patch', `${block.patchSize}x${block.patchSize}`),
      ...(block.classToken ? [choice('class token', 'yes')] : []), ...(block.positions ? [choice('positions', 'learned')] : []),
    ];
    case 'overlappingPatchEmbed': return [
      choice('patch', `${block.kernelSize}x${block.kernelSize}`), choice('stride', block.stride), ...((block.dilation ?? 1) > 1 ? [choice('dilation', block.dilation!)] : []),
      ...(block.normEpsilon !== undefined && !block.withoutNorm ? [choice('norm', 'yes')] : []),
      ...(block.classToken ? [choice('class token', 'yes')] : []), ...(block.positions ? [choice('positions', 'learned')] : []),
    ];
    case 'depthwisePool': return [kernel(block.kernelSize), choice('stride', 2)];
    case 'encoderAttention': return [
      choice('heads', block.numHeads), choice('head width', block.headDim), ...windows(block.splits),
    ];
    case 'relativeAttention': return [
      choice('heads', block.numHeads), choice('head width', block.headDim), choice('relative positions', `to ${block.maxDistance}`),
    ];
    case 'patchMerging': return [kernel(block.kernelSize), choice('stride', 2), ...(block.withoutNorm ? [] : [choice('norm', 'yes')])];
    case 'encoderMlp': return [choice('MLP ratio', block.mlpRatio)];
    case 'tokenHead': return [
      pooling(block.pool), ...(block.features === undefined ? [] : [choice('features', block.features)]), ...(block.norm ? [choice('norm', 'yes')] : []),
    ];
    case 'tokenPool': return [pooling(block.pool)];
  }
}

/** The same in one line: "kernel 3x3, stride 2, expansion 3". @param omitted names of choices that are told elsewhere */
export function choicesText(block: Block, omitted: readonly string[] = []): string {
  return blockChoices(block).filter(({ name }) => !omitted.includes(name)).map(({ name, value }) => (value === 'yes' ? name : `${name} ${value}`)).join(', ');
}

const choice = (name: string, value: number | string): BlockChoice => ({ name, value: String(value) });
const activation = (name?: ConvActivation) => (name === undefined ? [] : [choice('activation', 'ReLU6')]);
const windows = (splits = 1) => (splits === 1 ? [] : [choice('windows', `${splits}x${splits}`)]);
const pooling = (pool: TokenHeadBlock['pool']) => choice('pooling', pool === 'mean' ? 'mean of tokens' : 'class token');
const kernel = (size: number) => choice('kernel', `${size}x${size}`);
