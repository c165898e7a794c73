import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { networkParams } from '../../../core/network/blockGraph.ts';
import { networkMacs } from '../../../core/network/counts.ts';
import { autoFormerTiny } from '../../../core/spaces/autoformer/space.ts';

interface BenchRecord {
  readonly arch: { hidden_dim: number; mlp_ratio: number[]; depth: number; num_heads: number[] };
  /** Counts with 1000 classes as in AutoFormer, and of the plain form that was trained on 100 classes. */
  readonly derived: {
    params_imagenet_official: number; macs_code_imagenet_official: number; params_100cls_plain: number; macs_100cls_plain: number;
  };
}

const file = new URL('../../../../shared/data/vitbench/vitbench101_autoformer.json', import.meta.url);
const isThere = existsSync(file);

/** The 100 AutoFormer networks of ViT-Bench-101 (Wei et al. 2024), whose counts come with their accuracies. */
describe(`the networks of ViT-Bench-101${isThere ? '' : ' (skipped: its file is not in ../shared/data/vitbench)'}`, () => {
  const records = isThere ? (JSON.parse(readFileSync(file, 'utf8')) as { records: BenchRecord[] }).records : [];

  it.skipIf(!isThere)('have their published counts, with relative positions and in the plain form whose heads share the width', () => {
    expect(records).toHaveLength(100);
    for (const { arch, derived } of records) {
      const written = { embedDim: arch.hidden_dim, depth: arch.depth, mlpRatios: arch.mlp_ratio, numHeads: arch.num_heads };
      const official = autoFormerTiny.lower(autoFormerTiny.parse(written));
      expect(networkParams(official)).toBe(derived.params_imagenet_official);
      expect(autoFormerTiny.publishedCounters['autoformer-complexity'](official)).toBe(derived.macs_code_imagenet_official);
      const plain = autoFormerTiny.parse({ ...written, headDim: 'shared', relativePosition: false, pool: 'classToken' });
      const network = autoFormerTiny.lower(plain, { classes: 100 });
      expect(networkParams(network)).toBe(derived.params_100cls_plain);
      expect(networkMacs(network)).toBe(derived.macs_100cls_plain);
    }
  });
});
