import { InputError } from '../../base/errors.ts';
import type {
  Block, EncoderAttentionBlock, EncoderMlpBlock, FeatureShape, OverlappingPatchEmbedBlock, PatchMergingBlock, TokenHeadBlock,
} from '../../network/blocks.ts';
import { imageShape } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import type { LoweringOptions, Tokens } from '../space.ts';
import { stageCount } from './architecture.ts';
import type { AsVitArchitecture, AsVitVariant } from './architecture.ts';
import type { AsVitChoices } from './choices.ts';

const normEpsilon = 1e-5;
/** Beyond this a single attention map would need gigabytes. */
const maxResolution = 1024;

/** What a stage of an architecture is made of. */
export interface StageGenes {
  readonly kernel: number;
  /** 1 in the last stage. */
  readonly splits: number;
  readonly mlpRatio: number;
  readonly depth: number;
  readonly numHeads: number;
  readonly channels: number;
  readonly variant: AsVitVariant;
}

/**
 * Turns an architecture into blocks (asvit.md 1). Names do not depend on the topology, so that all topologies of one width
 * share weights.
 *
 * With fewer tokens (section 4) sides may become odd: they are halved upwards, and where so many windows do not fill a side, the
 * largest smaller number does.
 * @throws InputError `invalid-resolution`, `invalid-classes` or `invalid-tokens`
 */
export function lowerAsVit(choices: AsVitChoices, arch: AsVitArchitecture, options: LoweringOptions = {}): Network {
  const resolution = checkedResolution(choices, options.resolution ?? choices.resolution);
  const classes = checkedClasses(options.classes ?? choices.defaultClasses);
  const tokens = checkedTokens(choices, resolution, options.tokens);
  const blocks: Block[] = [];
  let shape = imageShape(resolution);
  for (let stage = 0; stage < stageCount; stage++) {
    blocks.push(...stageBlocks(choices, stage, genesOfStage(choices, arch, stage), shape, tokens));
    shape = blocks[blocks.length - 1].output;
  }
  blocks.push(head(shape, classes));
  return { space: choices.id, resolution, classes, blocks };
}

/** Widths double from stage to stage up to a cap; heads double up to the given number (asvit.md 1, "widths" and "heads"). */
export function genesOfStage({ maxWidth }: AsVitChoices, arch: AsVitArchitecture, stage: number): StageGenes {
  return {
    kernel: arch.kernels[stage], splits: arch.splits[stage] ?? 1, mlpRatio: arch.mlpRatios[stage], depth: arch.depths[stage],
    numHeads: arch.heads / 2 ** (stageCount - 1 - stage), channels: Math.min(maxWidth, arch.width * 2 ** stage), variant: arch.variant ?? 'released',
  };
}

/** The stem or re-embedding, then the layers of a stage, which depend on the stage's genes and on what it gets. */
export function stageBlocks({ stemStride }: AsVitChoices, stage: number, genes: StageGenes, input: FeatureShape, tokens: Tokens = { stride: stemStride, dilation: 1 }): Block[] {
  const { depth, channels, numHeads, mlpRatio } = genes;
  const name = `stages.${stage}`;
  const first = stage === 0 ? stem(genes, input, tokens) : merging(`${name}.merging`, genes, input);
  const shape = first.output;
  const splits = largestDivisor(shape.width, genes.splits);
  const layers = Array.from({ length: depth }, (_, i): Block[] => {
    const attention: EncoderAttentionBlock = {
      type: 'encoderAttention', name: `${name}.layers.${i}.attention`, numHeads, headDim: Math.floor(channels / numHeads),
      ...(splits > 1 ? { splits } : {}), normEpsilon, input: shape, output: shape,
    };
    const mlp: EncoderMlpBlock = {
      type: 'encoderMlp', name: `${name}.layers.${i}.mlp`, mlpRatio, hiddenChannels: mlpRatio * channels, normEpsilon, input: shape, output: shape,
    };
    return [attention, mlp];
  });
  return [first, ...layers.flat()];
}

/** A patch that spans less than its stride begins where its cell does; the paper leaves open where. */
function stem({ kernel, channels, variant }: StageGenes, input: FeatureShape, { stride, dilation }: Tokens): OverlappingPatchEmbedBlock {
  const overlap = Math.max(0, dilation * (kernel - 1) + 1 - stride);
  const before = Math.floor(overlap / 2);
  return {
    type: 'overlappingPatchEmbed', name: 'stem', kernelSize: kernel, stride, ...(dilation > 1 ? { dilation } : {}), padding: [before, overlap - before], normEpsilon,
    positions: variant === 'published', classToken: false, initialisation: 'fanIn', countsBias: true, input, output: shrunk(input, stride, channels),
  };
}

function merging(name: string, { kernel, channels, variant }: StageGenes, input: FeatureShape): PatchMergingBlock {
  return {
    type: 'patchMerging', name, kernelSize: kernel, normEpsilon, ...(variant === 'published' ? { withoutNorm: true } : {}),
    input, output: shrunk(input, 2, channels),
  };
}

/** A layer as wide as the features, a hyperbolic tangent, and the classifier. */
export function head(input: FeatureShape, classes: number): TokenHeadBlock {
  return {
    type: 'tokenHead', name: 'head', pool: 'mean', norm: true, normEpsilon, features: input.channels, classes, input,
    output: { channels: classes, height: 1, width: 1 },
  };
}

const shrunk = ({ height, width }: FeatureShape, stride: number, channels: number): FeatureShape =>
  ({ channels, height: Math.ceil(height / stride), width: Math.ceil(width / stride) });

/** At most so many equal parts of a side. */
function largestDivisor(side: number, most: number): number {
  let parts = most;
  while (side % parts !== 0) parts--;
  return parts;
}

function checkedTokens({ id, stemStride }: AsVitChoices, resolution: number, tokens: Tokens = { stride: stemStride, dilation: 1 }): Tokens {
  if (tokens.stride % stemStride !== 0 || resolution % tokens.stride !== 0 || tokens.dilation < 1) {
    throw new InputError('invalid-tokens', `A stride of ${tokens.stride} pixels and a dilation of ${tokens.dilation} do not suit ${id} at ${resolution} pixels: `
      + `the stride must be a multiple of ${stemStride} that divides ${resolution}, the dilation at least 1.`);
  }
  return tokens;
}

/** Every number of splits of the space divides the tokens of its stage at these resolutions. */
function checkedResolution({ id, stemStride }: AsVitChoices, resolution: number): number {
  const step = stemStride * 2 ** (stageCount - 1);
  if (!Number.isInteger(resolution / step) || resolution < step || resolution > maxResolution) {
    throw new InputError('invalid-resolution', `The resolution is ${resolution}; ${id} accepts multiples of ${step} pixels from ${step} to `
      + `${maxResolution}, so that stages halve the map evenly and windows fill it.`);
  }
  return resolution;
}

function checkedClasses(classes: number): number {
  if (!Number.isInteger(classes) || classes < 1) {
    throw new InputError('invalid-classes', `The number of classes is ${classes}; it must be a whole number from 1.`);
  }
  return classes;
}
