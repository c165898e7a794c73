import type { ArchitectureBlock } from '../../../../core/api/contract/types.ts';

type Shape = ArchitectureBlock['input'];

/** A body as wide and high as its map is (by the square root, so that small ones stay visible), as deep as its channels. */
export interface MapBody {
  readonly side: number;
  readonly depth: number;
}

/** Drawing units of the feature map `shape` where `largest` is as large as one gets. */
export function mapBody(shape: Shape, largest: { readonly pixels: number; readonly channels: number }): MapBody {
  const pixels = Math.sqrt(shape.height * shape.width);
  return { side: 6 + 32 * Math.sqrt(pixels / largest.pixels), depth: 2 + 13 * Math.sqrt(shape.channels / largest.channels) };
}

/** What bodies of a network are measured by; the values that come out of its head are no feature map. */
export function largestOf(shapes: readonly Shape[]): { pixels: number; channels: number } {
  const maps = shapes.filter(({ height, width }) => height * width > 1);
  const measured = maps.length > 0 ? maps : shapes;
  return {
    pixels: Math.max(1, ...measured.map(({ height, width }) => Math.sqrt(height * width))),
    channels: Math.max(1, ...measured.map(({ channels }) => channels)),
  };
}

/** SVG paths of a body whose ground line has its middle at (x, y): the face, the top and the side. */
export function bodyPaths({ side, depth }: MapBody, x: number, y: number): { face: string; top: string; flank: string } {
  const left = x - (side + depth * 0.7) / 2;
  const up = y - side;
  const dx = depth * 0.7;
  const dy = depth * 0.55;
  return {
    face: `M${point(left, y)}h${round(side)}v${round(-side)}h${round(-side)}z`,
    top: `M${point(left, up)}l${point(dx, -dy)}h${round(side)}l${point(-dx, dy)}z`,
    flank: `M${point(left + side, y)}v${round(-side)}l${point(dx, -dy)}v${round(side)}z`,
  };
}

const round = (value: number) => Math.round(value * 10) / 10;
const point = (x: number, y: number) => `${round(x)} ${round(y)}`;
