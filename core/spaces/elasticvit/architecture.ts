/** First convolution and the expansion-free MBConv blocks behind it, which share its width; `depth` counts the latter. */
export type StemGenes = {
  readonly width: number;
  readonly depth: number;
  readonly kernel: number;
};

/** A stage of MBConv blocks that all use the same kernel and expansion ratio. */
export type ConvStageGenes = {
  readonly width: number;
  readonly depth: number;
  readonly kernel: number;
  readonly expandRatio: number;
};

/** A transition block, then `depth` pairs of attention and FFN. Width / 16 heads; values are `valueRatio` x 16 wide. */
export type TransformerStageGenes = {
  readonly width: number;
  readonly depth: number;
  readonly mlpRatio: number;
  readonly valueRatio: number;
};

/** An ElasticViT subnet: one choice per stage (elasticvit.md 1.1). Widths never decrease from the stem to T4. */
export type ElasticVitArchitecture = {
  /** Height and width of the input image in pixels. */
  readonly resolution: number;
  readonly stem: StemGenes;
  readonly c1: ConvStageGenes;
  readonly c2: ConvStageGenes;
  readonly t1: TransformerStageGenes;
  readonly t2: TransformerStageGenes;
  readonly t3: TransformerStageGenes;
  readonly t4: TransformerStageGenes;
};

export const convStageNames = ['c1', 'c2'] as const;
export const transformerStageNames = ['t1', 't2', 't3', 't4'] as const;
/** Everything with a width, in the order of the data flow. */
export const partNames = ['stem', ...convStageNames, ...transformerStageNames] as const;

export type PartName = (typeof partNames)[number];

/** The width of every part, in the order of `partNames`. */
export function widthsOf(arch: ElasticVitArchitecture): number[] {
  return partNames.map((name) => arch[name].width);
}

/** Equal exactly when the architectures are equal; usable in file names. */
export function architectureKey(arch: ElasticVitArchitecture): string {
  const { resolution, stem } = arch;
  return [
    `r${resolution}`,
    `w${stem.width}d${stem.depth}k${stem.kernel}`,
    ...convStageNames.map((name) => arch[name]).map((s) => `w${s.width}d${s.depth}k${s.kernel}e${s.expandRatio}`),
    ...transformerStageNames.map((name) => arch[name])
      .map((s) => `w${s.width}d${s.depth}m${s.mlpRatio}v${s.valueRatio}`),
  ].join('-');
}
