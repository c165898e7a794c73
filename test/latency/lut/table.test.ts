import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blockOfKey, keyOfBlock } from '../../../core/latency/lut/keys.ts';
import { measuredBlocksOf, readLatencyTable, sumOfMeasuredBlocks } from '../../../core/latency/lut/table.ts';
import type { GridRounding } from '../../../core/latency/lut/table.ts';
import { blockMacs } from '../../../core/network/counts.ts';
import { getSpace } from '../../../core/spaces/index.ts';

const tables = join(import.meta.dirname, '../../../../shared/data/phones');
const space = getSpace('elasticvit');

describe('block keys', () => {
  const keys = [
    'firstconv_192_3_16_2_3', 'conv_96_16_24_3_2_hard_swish_3_nose', 'conv_24_40_40_3_1_hard_swish_5_se',
    'conv_112_24_24_1_1_hard_swish_5_nose', 'transds_12_96_192_2_6', 'transattn_6_192_hard_swish_3_ln',
    'transffn_3_272_4_hard_swish_ln', 'mbpool_3_272_1984_6_hard_swish',
  ];
  it.each(keys)('reads and writes %s', (key) => {
    expect(keyOfBlock(blockOfKey(key))).toBe(key);
  });

  it('become blocks with the shapes they name', () => {
    // Counted by hand: 96^2 x 16 x 48 + 48^2 x (48 x 9 + 48 x 24) + 48^2 x 16 x 24 for the shortcut.
    expect(blockMacs(blockOfKey('conv_96_16_24_3_2_hard_swish_3_nose')))
      .toBe(96 ** 2 * 16 * 48 + 48 ** 2 * (48 * 9 + 48 * 24) + 48 ** 2 * 16 * 24);
    expect(blockOfKey('transds_11_96_192_2_6').output).toEqual({ channels: 192, height: 6, width: 6 });
  });

  it('exist for every block of every published network', () => {
    for (const arch of Object.values(space.networks)) {
      expect(space.lower(arch).blocks.map(keyOfBlock)).not.toContain(undefined);
    }
  });

  it('do not exist for blocks that the grammar cannot say', () => {
    const head = space.lower(space.networks.S1, { classes: 10 }).blocks.at(-1);
    expect(head && keyOfBlock(head)).toBeUndefined();
  });

  it('are refused in one line when they are of another grammar', () => {
    expect(() => blockOfKey('nasvit_12_64')).toThrow(/"nasvit_12_64" is not the name of a measured block/);
  });
});

describe('a latency table', () => {
  const folder = mkdtempSync(join(tmpdir(), 'latency-table-'));
  const written = (content: string) => {
    const path = join(folder, 'table.json');
    writeFileSync(path, content);
    return path;
  };

  it('is refused when it is not JSON, not an object of numbers, or holds a latency that is not positive', () => {
    const key = 'transffn_3_272_4_hard_swish_ln';
    for (const content of ['{', '[]', `{"${key}": "1"}`, `{"${key}": 0}`]) {
      expect(() => readLatencyTable(written(content))).toThrow(/table\.json is not a latency table/);
    }
    expect(() => readLatencyTable(join(folder, 'missing.json'))).toThrow(/missing\.json is not a latency table/);
  });

  it('says which block it does not hold', () => {
    expect(() => sumOfMeasuredBlocks(space.lower(space.networks.T1), {}))
      .toThrow(/no measurement of block ".+" \(firstconv_128_3_16_2_3\)/);
  });
});

/**
 * Latencies in ms from an independent implementation of the authors' predictor on the same tables: with grids rounded
 * down as in their code, and, where that differs, rounded up as in the networks. Printed with two decimals.
 */
const summed: Record<string, Record<string, [floor: number, ceil?: number]>> = {
  pixel6: {
    T1: [4.44], T2: [7.13, 7.62], S1: [13.58], S2: [19.00, 19.67], M: [24.04, 25.02], L1: [34.23], 'L1.5': [38.89],
    L2: [43.86], L3: [50.62], min: [2.78], 'hss-160m': [9.41, 10.05], 'hss-289m': [17.66, 18.16],
  },
  pixel4: {
    T1: [6.82], T2: [11.02, 11.85], S1: [21.10], S2: [29.47, 30.94], M: [37.51, 38.80], L1: [53.06], 'L1.5': [60.11],
    L2: [68.63], L3: [78.85], min: [4.22], 'hss-160m': [14.63, 15.69], 'hss-289m': [27.40, 28.45],
  },
  xiaomi11: {
    T1: [6.32], T2: [10.84, 11.73], S1: [20.81], S2: [28.87, 30.06], M: [37.29, 38.99], L1: [52.45], 'L1.5': [60.70],
    L2: [68.28], L3: [79.36], min: [3.81], 'hss-160m': [14.09, 15.26], 'hss-289m': [26.64, 27.49],
  },
};

const present = existsSync(tables);
describe.skipIf(!present)(`sums of measured blocks${present ? '' : ' (skipped: needs ../shared/data/phones)'}`, () => {
  it.each(Object.keys(summed))('reproduce the known sums on %s to the printed digits', (phone) => {
    const table = readLatencyTable(join(tables, `${phone}_lut_ln_v3.json`));
    for (const [name, [floor, ceil = floor]] of Object.entries(summed[phone])) {
      const network = space.lower(space.networks[name]);
      const off = (grids: GridRounding, expected: number) =>
        Math.abs(sumOfMeasuredBlocks(network, table, { grids }) - expected);
      expect(off('floor', floor), `${name}, floor`).toBeLessThan(0.0062);
      expect(off('ceil', ceil), `${name}, ceil`).toBeLessThan(0.0062);
    }
  });

  it('come within 0.6 % of the latencies on the authors\' poster (Pixel 4: 21.0, 29.6 and 37.5 ms)', () => {
    const table = readLatencyTable(join(tables, 'pixel4_lut_ln_v3.json'));
    for (const [name, latencyMs] of [['S1', 21.0], ['S2', 29.6], ['M', 37.5]] as const) {
      const sum = sumOfMeasuredBlocks(space.lower(space.networks[name]), table, { grids: 'floor' });
      expect(Math.abs(sum / latencyMs - 1)).toBeLessThan(0.006);
    }
  });

  it('find every entry of the tables in the grammar', () => {
    const rows = measuredBlocksOf(readLatencyTable(join(tables, 'pixel6_lut_ln_v3.json')));
    expect(rows).toHaveLength(12_116);
    expect(rows.filter(({ block }) => keyOfBlock(block) !== block.name)).toEqual([]);
  });
});
