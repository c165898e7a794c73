import { InputError } from '../../base/errors.ts';
import { imageShape, type Block, type DepthwisePoolBlock, type FeatureShape, type OverlappingPatchEmbedBlock, type TokenHeadBlock } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import type { LoweringOptions } from '../space.ts';
import { stages } from './architecture.ts';
import type { PitArchitecture } from './architecture.ts';
import type { PitChoices } from './choices.ts';

const normEpsilon = 1e-6;
/** Beyond this the first stage's attention maps would need gigabytes. */
const maxResolution = 768;

/**
 * Turns an architecture into blocks as in tftas.md 4.2. Names do not depend on the architecture, so that a subnet finds its
 * weights in the supernet. Blocks start as TF-TAS scores them; in training, layers start as in PiT's release.
 * @throws InputError `invalid-resolution` or `invalid-classes`
 */
export function lowerPit(choices: PitChoices, arch: PitArchitecture, options: LoweringOptions = {}): Network {
  const resolution = checkedResolution(choices, options.resolution ?? defaultResolution(choices));
  const classes = checkedClasses(options.classes ?? choices.defaultClasses);
  const blocks: Block[] = [];
  let shape = imageShape(resolution);
  for (const stage of stages) {
    blocks.push(...stageBlocks(choices, stage, stageGenes(arch, stage), shape));
    shape = blocks[blocks.length - 1].output;
  }
  blocks.push(classTokenHead(shape, classes));
  return { space: choices.id, resolution, classes, blocks, trainingStart: 'fanIn' };
}

export function defaultResolution({ resolutions }: PitChoices): number {
  return resolutions[0];
}

/** All that a stage's blocks depend on beside their input. */
export interface StageGenes {
  readonly baseDim: number;
  readonly mlpRatio: number;
  readonly numHeads: number;
  readonly depth: number;
}

export function stageGenes({ baseDim, mlpRatio, numHeads, depths }: PitArchitecture, stage: number): StageGenes {
  return { baseDim, mlpRatio, numHeads: numHeads[stage], depth: depths[stage] };
}

/** The patch embedding (before the first stage) or the pooling (before the others), then pairs of attention and MLP. */
export function stageBlocks(choices: PitChoices, stage: number, genes: StageGenes, input: FeatureShape): Block[] {
  const { baseDim, mlpRatio, numHeads, depth } = genes;
  const width = baseDim * numHeads;
  const first = stage === 0 ? patchEmbed(choices, input, width) : pool(`stages.${stage}.pool`, input, width);
  const shape = first.output;
  return [first, ...Array.from({ length: depth }, (_, i): Block[] => {
    const shared = { normEpsilon, input: shape, output: shape };
    return [
      { type: 'encoderAttention', name: `stages.${stage}.blocks.${i}.attention`, numHeads, headDim: baseDim, ...shared },
      { type: 'encoderMlp', name: `stages.${stage}.blocks.${i}.mlp`, mlpRatio, hiddenChannels: Math.floor(width * mlpRatio), ...shared },
    ];
  }).flat()];
}

function patchEmbed({ patch }: PitChoices, input: FeatureShape, channels: number): OverlappingPatchEmbedBlock {
  const side = Math.floor((input.height - patch.size) / patch.stride) + 1;
  return {
    type: 'overlappingPatchEmbed', name: 'patchEmbed', kernelSize: patch.size, stride: patch.stride, padding: [0, 0], positions: true,
    classToken: true, initialisation: 'standardNormal', input, output: { channels, height: side, width: side, extraTokens: 1 },
  };
}

function pool(name: string, input: FeatureShape, channels: number): DepthwisePoolBlock {
  const half = (size: number) => Math.ceil(size / 2);
  return {
    type: 'depthwisePool', name, kernelSize: 3, initialisation: 'standardNormal', input,
    output: { ...input, channels, height: half(input.height), width: half(input.width) },
  };
}

export function classTokenHead(input: FeatureShape, classes: number): TokenHeadBlock {
  return {
    type: 'tokenHead', name: 'head', pool: 'classToken', norm: true, normEpsilon, classes, input,
    output: { channels: classes, height: 1, width: 1 },
  };
}

function checkedResolution({ id, patch }: PitChoices, resolution: number): number {
  if (!Number.isInteger(resolution) || resolution < patch.size || resolution > maxResolution) {
    throw new InputError('invalid-resolution', `The resolution is ${resolution}; ${id} accepts whole numbers of pixels from `
      + `${patch.size} to ${maxResolution}.`);
  }
  return resolution;
}

function checkedClasses(classes: number): number {
  if (!Number.isInteger(classes) || classes < 1) {
    throw new InputError('invalid-classes', `The number of classes is ${classes}; it must be a whole number from 1.`);
  }
  return classes;
}
