import type { DescribedModel } from './describeModel.ts';

/** Options of the export command that a file tells by itself, of its size and what comes out. */
export function sizeOptions({ network: { resolution, classes }, backbone }: Pick<DescribedModel, 'network' | 'backbone'>) {
  if (backbone === undefined) return { resolution, classes: classes ?? undefined };
  const { imageSize: { height, width }, maps } = backbone;
  return { backbone: true as const, 'image-size': `${height}x${width}`, levels: maps.map(({ name }) => name).join(',') };
}
