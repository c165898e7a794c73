import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { InputError, messageOf } from '../../base/errors.ts';
import type { Block, FeatureShape } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import { blockOfKey, keyOfBlock } from './keys.ts';

/** Measured latency in ms of every block of a space on one device, by block key (see keys.ts). */
export type LatencyTable = Readonly<Record<string, number>>;

export interface MeasuredBlock {
  readonly block: Block;
  readonly latencyMs: number;
}

/**
 * How a stride of 2 halves an odd grid. Networks round up (padding of one on each side); the table's authors summed
 * with grids rounded down, which is what their published latencies contain.
 */
export type GridRounding = 'ceil' | 'floor';

const tableSchema = z.record(z.string(), z.number().positive());

/** @throws InputError `unreadable-latency-table` when the file is not a JSON object of positive numbers. */
export function readLatencyTable(path: string): LatencyTable {
  try {
    return tableSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error).split('\n')[0] : messageOf(error);
    throw new InputError('unreadable-latency-table',
      `${path} is not a latency table (a JSON object of block keys and latencies in ms): ${reason}`, { cause: error });
  }
}

/**
 * Every entry of a table as a block with its latency.
 * @throws InputError `unknown-block-key` at a key outside the grammar.
 */
export function measuredBlocksOf(table: LatencyTable): MeasuredBlock[] {
  return Object.entries(table).map(([key, latencyMs]) => ({ block: blockOfKey(key), latencyMs }));
}

/**
 * A network's latency in ms as the sum of its measured blocks (elasticvit.md 7.2).
 * @throws InputError `block-not-measured`, naming the first block that the table does not hold.
 */
export function sumOfMeasuredBlocks(
  network: Network, table: LatencyTable, { grids = 'ceil' }: { grids?: GridRounding } = {},
): number {
  const { blocks } = grids === 'floor' ? withFlooredGrids(network) : network;
  return blocks.reduce((sum, block) => {
    const key = keyOfBlock(block);
    if (key === undefined || table[key] === undefined) {
      throw new InputError('block-not-measured',
        `The table holds no measurement of block "${block.name}" (${key ?? `no key for this ${block.type} block`}).`);
    }
    return sum + table[key];
  }, 0);
}

/** The same network with odd grids halved downwards. */
export function withFlooredGrids(network: Network): Network {
  let size = network.resolution;
  const blocks = network.blocks.map((block): Block => {
    const input = resized(block.input, size);
    if (block.type === 'pooledHead') return { ...block, input };
    if ('stride' in block) size = Math.floor(size / block.stride);
    return { ...block, input, output: resized(block.output, size) };
  });
  return { ...network, blocks };
}

function resized(shape: FeatureShape, size: number): FeatureShape {
  return { ...shape, height: size, width: size };
}
