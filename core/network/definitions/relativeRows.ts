import type { GraphBuilder } from '../../graph/builder.ts';
import type { FeatureShape } from '../blocks.ts';

/** Rows of a table of relative positions: one for pairs with a class token, one for each distance from -max to max. */
export const rowCount = (maxDistance: number): number => 2 * maxDistance + 2;

type Tables = Readonly<Record<string, { shape: number[]; data: Int32Array }>>;

const known = new Map<string, Tables>();

/**
 * Which row of a table each token of a map uses for each line of keys. Lines are the map's rows, then its columns; a
 * distance is the key's place minus the query's, held to -max and max, and distance d has row d + max + 1. Lines across
 * the direction have the row of zeros that follows the table's.
 *
 * `rowDistance` [rows, lines] holds that for the queries of each row, `columnDistance` [columns, lines] for those of each
 * column, and `onLine` [tokens, lines] 1 where a token lies on a line, otherwise 0.
 */
export function relativeRows({ height, width }: FeatureShape, extraTokens: number, maxDistance: number): Tables {
  const key = `${height}x${width}+${extraTokens} ${maxDistance}`;
  let tables = known.get(key);
  if (!tables) known.set(key, tables = makeTables(height, width, extraTokens, maxDistance));
  return tables;
}

function makeTables(height: number, width: number, extraTokens: number, maxDistance: number): Tables {
  const lines = height + width;
  const zeros = rowCount(maxDistance);
  const distances = (count: number, firstLine: number) => {
    const data = new Int32Array(count * lines).fill(zeros);
    for (let query = 0; query < count; query++) {
      for (let key = 0; key < count; key++) {
        data[query * lines + firstLine + key] = Math.min(maxDistance, Math.max(-maxDistance, key - query)) + maxDistance + 1;
      }
    }
    return { shape: [count, lines], data };
  };
  const tokens = extraTokens + height * width;
  const onLines = new Int32Array(tokens * lines);
  for (let position = 0; position < height * width; position++) {
    const start = (extraTokens + position) * lines;
    onLines[start + Math.floor(position / width)] = 1;
    onLines[start + height + position % width] = 1;
  }
  return { rowDistance: distances(height, 0), columnDistance: distances(width, height), onLine: { shape: [tokens, lines], data: onLines } };
}

/** A table of zeros and ones as numbers to calculate with. */
export function onLine(graph: GraphBuilder, table: string): string {
  const zeroAndOne = graph.pad(graph.add('Expand', [graph.scalar(1)], { shape: [1] }), 0, 1, 0);
  return graph.add('Gather', [zeroAndOne, table]);
}
