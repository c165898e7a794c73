import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import type { Engine } from '../../../core/engine/engine.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { inputShape, onnxModel, type ExportOptions } from '../../../core/export/onnx.ts';
import { modelInPrecision } from '../../../core/export/precision/inPrecision.ts';
import { compareWithEngine, runFile } from '../../../core/export/verify.ts';
import { encodeModel } from '../../../core/graph/onnx/model.ts';
import type { Network } from '../../../core/network/network.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { allBlocks } from '../../model/blockCases.ts';
import { calibratedWeights, livelyWeights, randomImages } from '../networks.ts';

/**
 * Each rounding of 11 or 8 bits is off by at most 2^-11 or 1/255 of the range; a block has some ten in a row. Wrong scales, axes or
 * zero points are off by more than all of it.
 */
const accepted = { float16: 0.02, int8: 0.2 } as const;

function relativeDifference(actual: Float32Array, expected: Float32Array): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(value - actual[i]))) / scale;
}

describe('every block type in other precisions', () => {
  // Of the many inverted bottlenecks every fifth.
  const cases = allBlocks().filter(({ block }, i) => block.type !== 'mbconv' || i % 5 === 0);
  const options: ExportOptions = { batch: 1, version: '0', metadata: {}, ends: { input: 'features', output: 'result' } };

  it.each(['float16', 'int8'] as const)('computes nearly the same in %s', (precision) => {
    const types = new Set<string>();
    for (const { label, block } of cases) {
      const network: Network = { space: 'blocks', resolution: block.input.height, classes: 1, blocks: [block] };
      const weights = livelyWeights(network, label);
      const shape = [1, ...inputShape(block)];
      const read = (index: number) => {
        const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
        new Random(`${label} ${index}`).fillNormal(values);
        return values;
      };
      const feeds = [{ values: read(0), shape }];
      const model = modelInPrecision(weights, options, precision, { count: 4, read, source: 'noise', ranges: 'min-max' });
      const [expected] = runFile(encodeModel(onnxModel(weights, options)), options.ends!, feeds, label);
      const [actual] = runFile(encodeModel(model), options.ends!, feeds, label);
      expect(relativeDifference(actual, expected), `${label} in ${precision}`).toBeLessThan(accepted[precision]);
      types.add(block.type);
    }
    expect(types.size).toBe(14);
  });
});

describe('the smallest network of every small space in other precisions', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine('ort');
  });

  it.each(['elasticvit-mini', 'autoformer-mini', 'pit-mini', 'asvit-mini'])('computes nearly what the engine does, of %s', (id) => {
    const space = getSpace(id);
    const network = space.lower(space.smallest, { classes: 10, resolution: 32 });
    const weights = calibratedWeights(engine, network, id);
    const random = new Random(id);
    const images = Array.from({ length: 8 }, () => randomImages(1, 32, random));
    for (const precision of ['float16', 'int8'] as const) {
      const options: ExportOptions = { batch: 'dynamic', version: '0', metadata: {} };
      const model = modelInPrecision(weights, options, precision, { count: 8, read: (index) => images[index].pixels, source: 'noise', ranges: 'min-max' });
      const { relativeDiff } = compareWithEngine(encodeModel(model), weights, engine, images, id);
      expect(relativeDiff, precision).toBeGreaterThan(1e-5);
      // Untrained attention is sharp, which lets small differences grow.
      expect(relativeDiff, precision).toBeLessThan(precision === 'float16' ? 0.05 : 0.6);
    }
  });
});
