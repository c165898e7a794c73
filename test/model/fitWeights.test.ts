import { describe, expect, it } from 'vitest';
import { resizePlanes } from '../../core/base/bicubic.ts';
import { Random } from '../../core/base/random.ts';
import { fitWeights } from '../../core/model/fitWeights.ts';
import { Weights } from '../../core/model/weights.ts';
import { backboneOf } from '../../core/network/backbone.ts';
import { asVitMini } from '../../core/spaces/asvit/space.ts';
import { autoFormerMini } from '../../core/spaces/autoformer/space.ts';
import { elasticVitMini } from '../../core/spaces/elasticvit/space.ts';
import { pitMini } from '../../core/spaces/pit/space.ts';
import type { SearchSpace } from '../../core/spaces/space.ts';
import { vitNetwork } from '../../core/spaces/vit/network.ts';

const vit = (resolution: number, classes = 3) => vitNetwork({ resolution, patchSize: 4, width: 8, depth: 1, numHeads: 2, classes });
const random = new Random('fit');
const equal = (a: Float32Array, b: Float32Array) => a.length === b.length && a.every((value, i) => value === b[i]);

describe('weights for another resolution or other classes', () => {
  it('are the same where nothing differs', () => {
    const given = Weights.initialise(vit(16), random.fork('same'));
    const { weights, resampled, fresh } = fitWeights(vit(16), given.toTensors(), { random });
    expect([resampled, fresh]).toEqual([[], []]);
    expect(weights.trainable).toEqual(given.trainable);
  });

  it('keep the class token\'s position and interpolate the map\'s bicubically, channel by channel', () => {
    const given = Weights.initialise(vit(16), random.fork('positions'));
    const { weights, resampled } = fitWeights(vit(24), given.toTensors(), { random });
    expect(resampled).toEqual(['patchEmbed.position']);
    const [old, made] = [given.view('patchEmbed.position'), weights.view('patchEmbed.position')];
    expect(made).toHaveLength(37 * 8);
    expect(made.subarray(0, 8)).toEqual(old.subarray(0, 8));
    for (let channel = 0; channel < 8; channel++) {
      const plane = Float32Array.from({ length: 16 }, (_, i) => old[(1 + i) * 8 + channel]);
      // Checked against PyTorch where images are resized.
      const expected = resizePlanes(plane, 1, 4, 6);
      expect(Float32Array.from({ length: 36 }, (_, i) => made[(1 + i) * 8 + channel])).toEqual(expected);
    }
    expect(weights.view('blocks.0.mlp.expand.weight')).toEqual(given.view('blocks.0.mlp.expand.weight'));
  });

  it('take the offsets around zero for a smaller map, as subnets do, and stretch the table for a larger one', () => {
    const arch = elasticVitMini.largest;
    const at = (resolution: number) => elasticVitMini.lower(arch, { resolution, classes: 3 });
    const given = Weights.initialise(at(64), random.fork('table'));
    const smaller = fitWeights(at(32), given.toTensors(), { random });
    const key = smaller.resampled[0];
    expect(key).toMatch(/relativePosition$/);
    const [from, , heads] = given.placed(key).shape;
    const [to] = smaller.weights.placed(key).shape;
    const middle = (side: number) => ((side >> 1) * side + (side >> 1)) * heads;
    expect(smaller.weights.view(key).subarray(middle(to), middle(to) + heads)).toEqual(given.view(key).subarray(middle(from), middle(from) + heads));
    const back = fitWeights(at(64), smaller.weights.toTensors(), { random }).weights;
    // A centre stays a centre.
    back.view(key).subarray(middle(from), middle(from) + heads).forEach((value, i) => expect(value).toBeCloseTo(given.view(key)[middle(from) + i], 5));
  });

  it('follow a map that is not square, side by side', () => {
    const given = Weights.initialise(vit(16), random.fork('sides'));
    const { network } = backboneOf(vit(16), { height: 16, width: 32 });
    const made = fitWeights(network, given.toTensors(), { random }).weights.view('patchEmbed.position');
    const old = given.view('patchEmbed.position');
    // Rows stay rows; along them the same as for a square map of twice the side, whose rows are interpolated as well.
    const row = (values: Float32Array, columns: number, y: number) => Float32Array.from({ length: columns }, (_, x) => values[(1 + y * columns + x) * 8]);
    const tall = Float32Array.from({ length: 16 }, (_, i) => row(old, 4, 1)[i % 4]);
    expect(row(made, 8, 1)).toEqual(resizePlanes(tall, 1, 4, 8).subarray(0, 8));

    const table = Weights.initialise(elasticVitMini.lower(elasticVitMini.largest, { resolution: 64, classes: 3 }), random.fork('table sides'));
    const mixed = fitWeights(backboneOf(table.network, { height: 32, width: 96 }).network, table.toTensors(), { random });
    const key = mixed.resampled[0];
    const [rows, columns, heads] = mixed.weights.placed(key).shape;
    const [from] = table.placed(key).shape;
    expect([rows, columns]).toEqual([(from + 1) / 2 - 1, 1.5 * (from + 1) - 1]);
    const centre = ((rows >> 1) * columns + (columns >> 1)) * heads;
    expect(mixed.weights.view(key)[centre]).toBeCloseTo(table.view(key)[((from >> 1) * from + (from >> 1)) * heads], 5);
  });

  it('spread one learned position over a map of twice the side as the cubic kernel has it', () => {
    const given = new Weights(vit(16));
    given.view('patchEmbed.position')[(1 + 1 * 4 + 1) * 8] = 1;
    const made = fitWeights(vit(32), given.toTensors(), { random }).weights.view('patchEmbed.position');
    // Keys' kernel with a = -0.75, at distances 1.25, 0.75, 0.25, 0.25, 0.75, 1.25 and 1.75 from the second place of four.
    const along = [-0.10546875, 0.26171875, 0.87890625, 0.87890625, 0.26171875, -0.10546875, -0.03515625, 0];
    const map = Array.from({ length: 64 }, (_, i) => made[(1 + i) * 8]);
    map.forEach((value, i) => expect(value).toBeCloseTo(along[i >> 3] * along[i & 7], 6));
  });

  const asVitPublished = asVitMini.parse({ kernels: [4, 2, 2, 2], splits: [2, 1, 1], mlpRatios: [2, 2, 2, 2], heads: 8, variant: 'published' });
  it.each([
    ['AutoFormer', autoFormerMini, autoFormerMini.smallest, 48, ['patchEmbed.position']],
    ['PiT', pitMini, pitMini.smallest, 48, ['patchEmbed.position']],
    ['As-ViT as published', asVitMini, asVitPublished, 48, ['stem.position']],
    ['As-ViT as released, which has no positions', asVitMini, asVitMini.smallest, 48, []],
    ['ElasticViT', elasticVitMini, elasticVitMini.smallest, 64, ['stages.2', 'stages.3', 'stages.4', 'stages.5'].map((stage) => `${stage}.layers.0.attention.relativePosition`)],
  ] as [string, SearchSpace, unknown, number, string[]][])('of %s change at another resolution in their positions alone, and nowhere at the same', (_, space, arch, resolution, positions) => {
    const at = (side: number) => space.lower(arch, { resolution: side, classes: 3 });
    const given = Weights.initialise(at(32), random.fork('space'));
    // What interpolates keeps a constant: the kernel's weights add up to one.
    for (const key of positions) given.view(key).fill(0.25);
    const same = fitWeights(at(32), given.toTensors(), { random });
    expect([equal(same.weights.trainable, given.trainable), equal(same.weights.statistics, given.statistics), same.resampled, same.fresh]).toEqual([true, true, [], []]);
    const { weights, resampled, fresh } = fitWeights(at(resolution), given.toTensors(), { random });
    expect([resampled, fresh]).toEqual([positions, []]);
    for (const { key } of weights.parameters.values()) {
      if (positions.includes(key)) expect(Math.max(...weights.view(key).map((value) => Math.abs(value - 0.25)))).toBeLessThan(1e-6);
      else expect(equal(weights.view(key), given.view(key)), key).toBe(true);
    }
  });

  it('get a fresh classifier for other classes, and nothing else', () => {
    const given = Weights.initialise(vit(16), random.fork('classes'));
    const { weights, fresh } = fitWeights(vit(16, 5), given.toTensors(), { random });
    expect(fresh.every((key) => key.startsWith('head.')) && fresh.length > 0).toBe(true);
    const others = fitWeights(vit(16), given.toTensors(), { random, freshClassifier: true });
    expect(others.fresh).toEqual(fresh);
    expect(weights.view('blocks.0.attention.query.weight')).toEqual(given.view('blocks.0.attention.query.weight'));
    expect(weights.trainable.every(Number.isFinite)).toBe(true);
  });

  it('are refused when they belong to another network', () => {
    const given = Weights.initialise(vit(16), random.fork('other')).toTensors();
    const wider = vitNetwork({ resolution: 16, patchSize: 4, width: 12, depth: 1, numHeads: 2, classes: 3 });
    expect(() => fitWeights(wider, given, { random })).toThrow(expect.objectContaining({ code: 'weights-mismatch' }));
    const { 'patchEmbed.embed.bias': _, ...incomplete } = given;
    expect(() => fitWeights(vit(16), incomplete, { random })).toThrow(expect.objectContaining({ code: 'weights-mismatch' }));
  });
});
