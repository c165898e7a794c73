import { InputError } from '../../base/errors.ts';
import type {
  AttentionBlock, Block, ConvBlock, FeatureShape, FfnBlock, MbConvBlock, PooledHeadBlock,
} from '../../network/blocks.ts';
import { imageShape } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import type { LoweringOptions } from '../space.ts';
import { convStageNames, partNames } from './architecture.ts';
import type { ConvStageGenes, ElasticVitArchitecture, PartName, StemGenes, TransformerStageGenes } from './architecture.ts';
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
  const blocks: Block[] = [];
  let shape = imageShape(resolution);
  for (const part of partNames) {
    blocks.push(...partBlocks(choices, part, arch[part], shape, options));
    shape = blocks[blocks.length - 1].output;
  }
  blocks.push(pooledHead(shape, choices.headFeatures, classes));
  return { space: choices.id, resolution, classes, blocks };
}

/** The blocks of one part, which depend on its genes and on what it gets, and on nothing else of the architecture. */
export function partBlocks<Part extends PartName>(
  choices: ElasticVitChoices, part: Part, genes: ElasticVitArchitecture[Part], input: FeatureShape, options: Pick<LoweringOptions, 'supernet'> = {},
): Block[] {
  const stride = choices.strides[part];
  const supernet = options.supernet === true;
  if (part === 'stem') return stemBlocks(genes as StemGenes, input, stride);
  const stage = `stages.${partNames.indexOf(part) - 1}`;
  return isConvStage(part)
    ? convStageBlocks(stage, genes as ConvStageGenes, input, stride, { squeeze: part === 'c2', supernet })
    : transformerStageBlocks(stage, genes as TransformerStageGenes, input, stride, supernet);
}

const isConvStage = (part: PartName) => (convStageNames as readonly PartName[]).includes(part);

function stemBlocks({ width, depth, kernel }: StemGenes, input: FeatureShape, stride: 1 | 2): Block[] {
  const conv = firstConv(input, width, stride);
  return [conv, ...Array.from({ length: depth }, (_, i) => mbConv(`stem.blocks.${i}`, conv.output, {
    role: 'stem', channels: width, kernelSize: kernel, stride: 1, expandRatio: 1, squeeze: false,
  }))];
}

function convStageBlocks(
  stage: string, { width, depth, kernel, expandRatio }: ConvStageGenes, input: FeatureShape, stride: 1 | 2,
  { squeeze, supernet }: { squeeze: boolean; supernet: boolean },
): Block[] {
  const shared = { role: 'stage', channels: width, kernelSize: kernel, expandRatio, squeeze } as const;
  const first = mbConv(`${stage}.blocks.0`, input, { ...shared, stride, sharesShortcut: supernet });
  return [first, ...Array.from({ length: depth - 1 }, (_, i) => mbConv(`${stage}.blocks.${i + 1}`, first.output, { ...shared, stride: 1 }))];
}

function transformerStageBlocks(
  stage: string, genes: TransformerStageGenes, input: FeatureShape, stride: 1 | 2, supernet: boolean,
): Block[] {
  const transition = mbConv(`${stage}.transition`, input, {
    role: 'transition', channels: genes.width, kernelSize: 3, stride, expandRatio: TRANSITION_EXPAND_RATIO, squeeze: true,
    sharesShortcut: supernet,
  });
  return [transition, ...Array.from({ length: genes.depth }, (_, i) => [
    attention(`${stage}.layers.${i}.attention`, transition.output, genes), ffn(`${stage}.layers.${i}.ffn`, transition.output, genes),
  ]).flat()];
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

export function pooledHead(input: FeatureShape, features: number, classes: number): PooledHeadBlock {
  return {
    type: 'pooledHead', name: 'head', input, output: { channels: classes, height: 1, width: 1 },
    hiddenChannels: HEAD_EXPAND_RATIO * input.channels, features, classes,
  };
}
