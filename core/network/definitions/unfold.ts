import { product, type Dim } from '../../graph/dims.ts';
import type { GraphBuilder } from '../../graph/builder.ts';

/** Square windows over a map, zero-padded so that a map of `rows x stride` has `rows` windows per column. */
export interface UnfoldOptions {
  /** From `stride` to twice as much. */
  readonly kernelSize: number;
  readonly stride: number;
  /** Windows per column and row. */
  readonly rows: Dim;
  readonly columns: Dim;
}

/**
 * What windows see of a map [batch, rows x stride, columns x stride, channels], as [batch, rows x columns, kernel x kernel x
 * channels], row by row in each. Padding is floor((kernel - stride) / 2) in front, as in As-ViT's release (asvit.md 1).
 *
 * A window is a cell of stride x stride pixels, the last pixels of the cell before and the first of the one behind; taken
 * along one axis after the other, nothing has more than four axes, beyond which phones' accelerators give up.
 */
export function unfold(graph: GraphBuilder, map: string, options: UnfoldOptions): string {
  const { kernelSize, stride, rows, columns } = options;
  const [batch, , , channels] = graph.dims(map);
  const along = (x: string, outer: Dim, cells: Dim, inner: Dim) => widened(graph, graph.reshape(x, [outer, cells, stride, inner]), kernelSize, stride);
  const wide = along(map, product(batch, rows, stride), columns, channels);
  const windows = along(wide, batch, rows, product(columns, kernelSize, channels));
  const row = product(kernelSize, channels);
  const split = graph.reshape(windows, [product(batch, rows), kernelSize, columns, row]);
  return graph.reshape(graph.transpose(split, [0, 2, 1, 3]), [batch, product(rows, columns), product(kernelSize, row)]);
}

/** Cells [outer, cells, stride, inner] with their neighbours' pixels: [outer, cells, kernel, inner]. */
function widened(graph: GraphBuilder, cells: string, kernelSize: number, stride: number): string {
  const before = Math.floor((kernelSize - stride) / 2);
  const behind = kernelSize - stride - before;
  const [outer, count, , inner] = graph.dims(cells);
  const parts = [cells];
  const neighbours = (start: number, pixels: number, shift: 1 | -1) => {
    const edge = graph.slice(cells, 2, start, [outer, count, pixels, inner]);
    const padded = shift === 1 ? graph.pad(edge, 1, 1, 0) : graph.pad(edge, 1, 0, 1);
    return graph.slice(padded, 1, shift === 1 ? 0 : 1, [outer, count, pixels, inner]);
  };
  if (before > 0) parts.unshift(neighbours(stride - before, before, 1));
  if (behind > 0) parts.push(neighbours(0, behind, -1));
  return graph.concat(parts, 2);
}
