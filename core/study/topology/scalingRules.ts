import type { ScalePoint } from './scalePoint.ts';

/** A family of networks, from the smallest on. */
export interface ScalingRule {
  readonly title: string;
  readonly points: readonly ScalePoint[];
}

/** @param widths output channels of a block of each stage */
function point(depths: readonly number[], widths: readonly number[]): ScalePoint {
  return {
    totalDepth: depths.reduce((sum, depth) => sum + depth, 0),
    totalWidth: depths.reduce((sum, depth, stage) => sum + depth * widths[stage], 0),
  };
}

/** The width doubles from stage to stage. */
const doubling = (width: number, depths: readonly number[], most = Infinity) =>
  point(depths, depths.map((_, stage) => Math.min(most, width * 2 ** stage)));
const asVit = (width: number, ...depths: number[]) => doubling(width, depths, 1024);
const swin = (width: number, third: number) => doubling(width, [2, 2, third, 2]);
const resNet = (...depths: number[]) => doubling(256, depths);
const vit = (width: number, depth: number) => point([depth], [width]);

/** Families of the figure, by what their papers say of depths and widths; a block is a bottleneck of ResNet, an attention block elsewhere. */
export const publishedRules: readonly ScalingRule[] = [
  { title: 'As-ViT, published', points: [asVit(32, 1, 1, 1, 1), asVit(88, 3, 1, 4, 2), asVit(116, 3, 1, 5, 2), asVit(180, 5, 2, 5, 2)] },
  { title: 'Swin (T, S, B, L)', points: [swin(96, 6), swin(96, 18), swin(128, 18), swin(192, 18)] },
  { title: 'ResNet (50, 101, 152)', points: [resNet(3, 4, 6, 3), resNet(3, 4, 23, 3), resNet(3, 8, 36, 3)] },
  { title: 'ViT (Ti, S, B, L)', points: [vit(192, 12), vit(384, 12), vit(768, 12), vit(1024, 24)] },
];
