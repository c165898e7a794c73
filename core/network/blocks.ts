/** Channels, height and width of a feature map; tokens are a map read row by row. */
export interface FeatureShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Tokens in front of those of the map, such as a class token; none where it is missing. */
  readonly extraTokens?: number;
}

/** What a network's first block reads: a square image of three channels. @param resolution of its sides, in pixels */
export function imageShape(resolution: number): FeatureShape {
  return { channels: 3, height: resolution, width: resolution };
}

/** All tokens of a shape. */
export function tokensOf({ height, width, extraTokens = 0 }: FeatureShape): number {
  return height * width + extraTokens;
}

interface BlockBase {
  /** Unique within the network and stable under weight sharing: a subnet's block has the supernet's name for it. */
  readonly name: string;
  readonly input: FeatureShape;
  readonly output: FeatureShape;
}

/** Hard-swish where nothing is said, as in ElasticViT; MobileNetV2 has min(max(x, 0), 6). */
export type ConvActivation = 'relu6';

/** Dense convolution, batch norm, activation: the first layer on the image. Zero padding keeps `ceil(size / stride)`. */
export interface ConvBlock extends BlockBase {
  readonly type: 'conv';
  readonly kernelSize: number;
  readonly stride: 1 | 2;
  readonly activation?: ConvActivation;
}

/**
 * Inverted residual: 1x1 expansion (absent when `expandRatio` is 1), depthwise convolution, optional
 * squeeze-excitation, 1x1 projection, each convolution with batch norm. The shortcut is always there: identity, or
 * average pooling when the stride is 2, then a bias-free 1x1 convolution when the channel counts differ. With the shortcut
 * `identity` (Sandler et al. 2018) there is one only where stride and channel counts allow it.
 */
export interface MbConvBlock extends BlockBase {
  readonly type: 'mbconv';
  readonly kernelSize: number;
  readonly stride: 1 | 2;
  /** Hidden channels = expandRatio x input channels. */
  readonly expandRatio: number;
  readonly hiddenChannels: number;
  /** Channels between the two squeeze-excitation layers; 0 without squeeze-excitation. */
  readonly squeezeChannels: number;
  /** Only in supernets: the block holds a shortcut convolution although its own channel counts agree, for subnets whose counts differ. */
  readonly sharesShortcut?: boolean;
  readonly shortcut?: 'identity';
  readonly activation?: ConvActivation;
  /** `transition` blocks open a transformer stage; `stem` and `stage` blocks belong to convolutional stages. */
  readonly role: 'stem' | 'stage' | 'transition';
}

/** Over which axes a layer norm takes its mean: all tokens and channels of an image, or each token's channels. */
export type NormAxes = 'tokens-and-channels' | 'channels';

/**
 * Pre-norm multi-head self-attention with a 3x3 depthwise convolution on V and a relative position bias per head and
 * signed offset; hard-swish on the joined heads before the output projection; residual.
 */
export interface AttentionBlock extends BlockBase {
  readonly type: 'attention';
  readonly numHeads: number;
  /** Width of a query or key. */
  readonly headDim: number;
  /** Width of a value = valueRatio x headDim. */
  readonly valueRatio: number;
  readonly normAxes: NormAxes;
  readonly withoutNorm?: true;
}

/** Pre-norm two-layer perceptron with hard-swish, biases and a residual. */
export interface FfnBlock extends BlockBase {
  readonly type: 'ffn';
  readonly mlpRatio: number;
  readonly hiddenChannels: number;
  readonly normAxes: NormAxes;
  readonly withoutNorm?: true;
}

/**
 * Classifier: per-token linear layer with batch norm and activation, mean over tokens, linear, activation, linear; without
 * `features` the classifier reads the mean, and the first layer has no bias of its own. Its output shape is
 * `{channels: classes, height: 1, width: 1}`.
 */
export interface PooledHeadBlock extends BlockBase {
  readonly type: 'pooledHead';
  /** Width of the per-token layer. */
  readonly hiddenChannels: number;
  /** Width of the layer after pooling, where there is one. */
  readonly features?: number;
  readonly classes: number;
  readonly activation?: ConvActivation;
}

/**
 * The blocks from here on work on tokens [batch, tokens, channels]; four of them make a plain vision transformer
 * (Dosovitskiy et al. 2021).
 *
 * Patches that do not overlap, each projected by a linear layer with bias; then a learned class token in front and
 * learned positions for all tokens, where there are any. The map's size is a multiple of the patch's.
 */
export interface PatchEmbedBlock extends BlockBase {
  readonly type: 'patchEmbed';
  readonly patchSize: number;
  /** The output has one extra token then. */
  readonly classToken: boolean;
  readonly positions: boolean;
}

/** How the convolutions of a token network start, in the terms of `Initialisation`. */
export type ConvolutionStart = 'fanIn' | 'standardNormal';

/**
 * Patches that overlap: a convolution with bias whose windows are `stride` pixels apart, read as tokens; then a layer
 * norm of each token where there is an epsilon, learned positions of the map's tokens (the class token has none), and a
 * learned class token in front. Pixels behind the last whole window are not read.
 */
export interface OverlappingPatchEmbedBlock extends BlockBase {
  readonly type: 'overlappingPatchEmbed';
  readonly kernelSize: number;
  readonly stride: number;
  /** Pixels between neighbouring pixels of a patch; 1 where it is missing. */
  readonly dilation?: number;
  /** Rows (and columns) of zeros before the image and behind it. */
  readonly padding: readonly [before: number, after: number];
  readonly normEpsilon?: number;
  readonly withoutNorm?: true;
  readonly positions: boolean;
  /** The output has one extra token then. */
  readonly classToken: boolean;
  readonly initialisation: ConvolutionStart;
  /** Whether the bias counts as a multiply-accumulate, as in As-ViT's figures (asvit.md 2.1); others leave biases out. */
  readonly countsBias?: true;
}

/**
 * Pooling between the stages of a token network: a depthwise convolution with bias and stride 2 on the map, zero-padded to
 * `ceil(size / 2)`, with as many filters for each channel as the output has times the input's channels; one linear layer on
 * all extra tokens.
 */
export interface DepthwisePoolBlock extends BlockBase {
  readonly type: 'depthwisePool';
  readonly kernelSize: number;
  readonly initialisation: ConvolutionStart;
}

/**
 * Pre-norm multi-head self-attention: norm, query, key and value with biases, output projection, residual. With `splits`,
 * each side of the map is cut in so many, and attention stays within the windows; the map's sides are multiples of it then
 * and there are no extra tokens.
 */
export interface EncoderAttentionBlock extends BlockBase {
  readonly type: 'encoderAttention';
  /** Windows per side; attention is global where it is missing or 1. */
  readonly splits?: number;
  readonly numHeads: number;
  /** Width of a query, key or value; heads need not fill the channels exactly. */
  readonly headDim: number;
  readonly normEpsilon: number;
  readonly withoutNorm?: true;
}

/**
 * As `encoderAttention`, with learned vectors for the distance between two tokens of the map, added to keys and to values
 * (AutoFormer, Chen et al. 2021). Tables have one row for every pair with a token in front of the map and one for each
 * distance from -maxDistance to maxDistance, vertical and horizontal; longer distances count as the longest.
 */
export interface RelativeAttentionBlock extends BlockBase {
  readonly type: 'relativeAttention';
  readonly numHeads: number;
  /** Width of a query, key or value, and of the tables' vectors, which all heads share. */
  readonly headDim: number;
  readonly maxDistance: number;
  readonly normEpsilon: number;
  /** For measures of the network without its norms: has no norm parameters and skips the norm. */
  readonly withoutNorm?: true;
}

/** Pre-norm two-layer perceptron with exact GELU, biases and a residual. */
export interface EncoderMlpBlock extends BlockBase {
  readonly type: 'encoderMlp';
  readonly mlpRatio: number;
  readonly hiddenChannels: number;
  readonly normEpsilon: number;
  readonly withoutNorm?: true;
}

/**
 * Half as many tokens per side (Liu et al. 2021, section 3.1, with kernels that may overlap): the tokens in a window of
 * `kernelSize`, zero-padded, side by side; a norm of that vector; a linear layer without bias. No extra tokens. A map whose sides
 * are odd gets a row and a column of zeros behind it.
 */
export interface PatchMergingBlock extends BlockBase {
  readonly type: 'patchMerging';
  /** 2 to 4. */
  readonly kernelSize: number;
  readonly normEpsilon: number;
  readonly withoutNorm?: true;
}

/**
 * Classifier on the class token or on the mean of the map's tokens: optional norm of each token, then one linear layer, or
 * two with a hyperbolic tangent between them.
 */
export interface TokenHeadBlock extends BlockBase {
  readonly type: 'tokenHead';
  /** Width of the layer in front of the classifier, where there is one. */
  readonly features?: number;
  readonly pool: 'classToken' | 'mean';
  readonly norm: boolean;
  readonly normEpsilon: number;
  readonly classes: number;
}

/** The end of a network that is read as features: the class token or the mean of the map's tokens, as it is. */
export interface TokenPoolBlock extends BlockBase {
  readonly type: 'tokenPool';
  readonly pool: TokenHeadBlock['pool'];
}

/** Blocks that read tokens [batch, tokens, channels]; the others read maps [batch, channels, height, width]. */
export type TokenBlock = DepthwisePoolBlock | EncoderAttentionBlock | RelativeAttentionBlock | EncoderMlpBlock | PatchMergingBlock | TokenHeadBlock
  | TokenPoolBlock;

export type Block = ConvBlock | MbConvBlock | AttentionBlock | FfnBlock | PooledHeadBlock | PatchEmbedBlock | OverlappingPatchEmbedBlock
  | TokenBlock;
export type BlockType = Block['type'];
