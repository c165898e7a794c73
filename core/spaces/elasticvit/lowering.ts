import { InputError } from '../../base/errors.ts';
import type {
  AttentionBlock, Block, ConvBlock, FeatureShape, FfnBlock, MbConvBlock, PooledHeadBlock,
} from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import type { LoweringOptions } from '../space.ts';
import { convStageNames, transformerStageNames } from './architecture.ts';
import type { ElasticVitArchitecture, TransformerStageGenes } from './architecture.ts';
import { totalStride } from './choices.ts';
import type { ElasticVitChoices } from './choices.ts';

const HEAD_DIM = 16;
const TRANSITION_EXPAND_RATIO = 6;
const HEAD_EXPAND_RATIO = 6;
/** Beyond this a single attention map would need gigabytes. */
const MAX_RESOLUTION = 1024;

/**
 * Turns an architecture into blocks, layer by layer as in elasticvit.md 1.3. Names do not depend on the architecture,
 * so that a subnet finds its weights in the supernet: `stages.3.layers.0.ffn` is the same layer everywhere.
 * @throws InputError `invalid-resolution` or `invalid-classes`
 */
export function lowerElasticVit(
  choices: ElasticVitChoices,
  arch: ElasticVitArchitecture,
  options: LoweringOptions = {},
): Network {
  const resolution = checkedResolution(choices, options.resolution ?? arch.resolution);
  const classes = checkedClasses(options.classes ?? choices.defaultClasses);
  const { strides } = choices;
  const blocks: Block[] = [];
  let shape: FeatureShape = { channels: 3, height: resolution, width: resolution };
  const append = (block: Block) => {
    blocks.push(block);
    shape = block.output;
  };

  append(firstConv(shape, arch.stem.width, strides.stem));
  for (let i = 0; i < arch.stem.depth; i++) {
    append(mbConv(`stem.blocks.${i}`, shape, {
      role: 'stem', channels: arch.stem.width, kernelSize: arch.stem.kernel, stride: 1, expandRatio: 1, squeeze: false,
    }));
  }
  convStageNames.forEach((stageName, stage) => {
    const genes = arch[stageName];
    for (let i = 0; i < genes.depth; i++) {
      append(mbConv(`stages.${stage}.blocks.${i}`, shape, {
        role: 'stage', channels: genes.width, kernelSize: genes.kernel, stride: i === 0 ? strides[stageName] : 1,
        expandRatio: genes.expandRatio, squeeze: stageName === 'c2', sharesShortcut: options.supernet === true && i === 0,
      }));
    }
  });
  transformerStageNames.forEach((stageName, index) => {
    const genes = arch[stageName];
    const stage = `stages.${convStageNames.length + index}`;
    append(mbConv(`${stage}.transition`, shape, {
      role: 'transition', channels: genes.width, kernelSize: 3, stride: strides[stageName],
      expandRatio: TRANSITION_EXPAND_RATIO, squeeze: true, sharesShortcut: options.supernet === true,
    }));
    for (let i = 0; i < genes.depth; i++) {
      append(attention(`${stage}.layers.${i}.attention`, shape, genes));
      append(ffn(`${stage}.layers.${i}.ffn`, shape, genes));
    }
  });
  append(pooledHead(shape, choices.headFeatures, classes));
  return { space: choices.id, resolution, classes, blocks };
}

function checkedResolution(choices: ElasticVitChoices, resolution: number): number {
  const least = totalStride(choices);
  if (!Number.isInteger(resolution) || resolution < least || resolution > MAX_RESOLUTION) {
    throw new InputError('invalid-resolution', `The resolution is ${resolution}; ${choices.id} accepts whole numbers `
      + `of pixels from ${least} to ${MAX_RESOLUTION}.`);
  }
  return resolution;
}

function checkedClasses(classes: number): number {
  if (!Number.isInteger(classes) || classes < 1) {
    throw new InputError('invalid-classes', `The number of classes is ${classes}; it must be a whole number from 1.`);
  }
  return classes;
}

const shrunk = (input: FeatureShape, stride: number, channels: number): FeatureShape =>
  ({ channels, height: Math.ceil(input.height / stride), width: Math.ceil(input.width / stride) });

function firstConv(input: FeatureShape, channels: number, stride: 1 | 2): ConvBlock {
  return { type: 'conv', name: 'stem.conv', input, output: shrunk(input, stride, channels), kernelSize: 3, stride };
}

function mbConv(name: string, input: FeatureShape, options: {
  role: MbConvBlock['role']; channels: number; kernelSize: number; stride: 1 | 2; expandRatio: number; squeeze: boolean;
  sharesShortcut?: boolean;
}): MbConvBlock {
  const { role, channels, kernelSize, stride, expandRatio, squeeze, sharesShortcut } = options;
  const hiddenChannels = expandRatio * input.channels;
  return {
    type: 'mbconv', name, role, input, output: shrunk(input, stride, channels), kernelSize, stride, expandRatio,
    hiddenChannels, squeezeChannels: squeeze ? Math.floor(hiddenChannels / 4) : 0,
    ...(sharesShortcut ? { sharesShortcut } : {}),
  };
}

function attention(name: string, shape: FeatureShape, genes: TransformerStageGenes): AttentionBlock {
  return {
    type: 'attention', name, input: shape, output: shape, numHeads: genes.width / HEAD_DIM, headDim: HEAD_DIM,
    valueRatio: genes.valueRatio, normAxes: 'tokens-and-channels',
  };
}

function ffn(name: string, shape: FeatureShape, genes: TransformerStageGenes): FfnBlock {
  return {
    type: 'ffn', name, input: shape, output: shape, mlpRatio: genes.mlpRatio,
    hiddenChannels: genes.mlpRatio * genes.width, normAxes: 'tokens-and-channels',
  };
}

function pooledHead(input: FeatureShape, features: number, classes: number): PooledHeadBlock {
  return {
    type: 'pooledHead', name: 'head', input, output: { channels: classes, height: 1, width: 1 },
    hiddenChannels: HEAD_EXPAND_RATIO * input.channels, features, classes,
  };
}
