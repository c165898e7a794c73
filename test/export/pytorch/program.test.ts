import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../core/base/errors.ts';
import { modelFile } from '../../../core/export/pytorch/modelFile.ts';
import { fromTorch, torchTensors, toTorch } from '../../../core/export/pytorch/tensors.ts';
import { torchState, weightsFromTorch } from '../../../core/export/pytorch/torchWeights.ts';
import { layoutOf } from '../../../core/model/weights.ts';
import type { Network } from '../../../core/network/network.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { livelyWeights } from '../networks.ts';
import { publishedNetworks, smallestNetworks, unusualNetworks } from './handedNetworks.ts';
import { graphPrints } from './graphPrints.ts';
import proven from './provenGraphs.json' with { type: 'json' };

const all = [...smallestNetworks(), ...publishedNetworks(), ...unusualNetworks()];
const networkNamed = (name: string) => all.find((one) => one.name === name)!.network;

/** The text of every class, by its name in lower case as block types are. */
function classesOf(text: string): Map<string, string> {
  return new Map(text.split(/^class /m).slice(1).map((part) => [/^\w+/.exec(part)![0].toLowerCase(), part]));
}

/** Names of what is given or declared in `a=1, b=(2, 2), c`. */
const namesIn = (list: string) => list.split(/,\s*(?![^(]*\))/).map((one) => one.split('=')[0].trim());

describe.each(all)('the program of $name', ({ name, network }) => {
  const text = modelFile(network, name);

  it('has one class for each type of block that the network has, and calls each as it is declared', () => {
    const classes = classesOf(text);
    const list = classes.get('network')!;
    const types = [...new Set(network.blocks.map(({ type }) => type.toLowerCase()))].sort();
    const helpers = ['network', 'droppath', 'channelnorm'];
    expect([...classes.keys()].filter((name) => !helpers.includes(name)).sort()).toEqual(types);
    const calls = [...list.matchAll(/\b([A-Z]\w+)\(((?:[^()]|\([^()]*\))*)\)/g)].map(([, called, given]) => [called.toLowerCase(), given]).filter(([called]) => types.includes(called));
    expect([...new Set(calls.map(([called]) => called))].sort()).toEqual(types);
    for (const [called, given] of calls) {
      const declared = /def __init__\(self, (.*)\):$/m.exec(classes.get(called)!)![1];
      expect(namesIn(declared)).toEqual(expect.arrayContaining(namesIn(given)));
    }
  });

  it('keeps every parameter once, and no number is lost on the way there and back', () => {
    const tensors = torchTensors(network);
    expect(tensors.map(({ key }) => key)).toEqual([...layoutOf(network).parameters.keys()]);
    expect(new Set(tensors.map(({ torchKey }) => torchKey)).size).toBe(tensors.length);
    for (const tensor of tensors) {
      const length = tensor.shape.reduce((size, dim) => size * dim, 1);
      expect(tensor.torchShape.reduce((size, dim) => size * dim, 1)).toBe(length);
      if (length > 2_000) continue;
      const values = Float32Array.from({ length }, (_, i) => i);
      expect(fromTorch(tensor, toTorch(tensor, values))).toEqual(values);
    }
  });
});

describe('the Python classes', () => {
  it('are all tried', () => {
    const types = new Set(all.flatMap(({ network }) => network.blocks.map(({ type }) => type)));
    const files = readdirSync(new URL('../../../core/export/pytorch/blocks/', import.meta.url));
    expect(files.map((file) => file.replace('.py', '')).sort()).toEqual([...types].sort());
  });

  it('belong to the very graphs that they were proven equal to in PyTorch', () => {
    const changed = Object.entries(graphPrints(all.map(({ network }) => network))).filter(([variant, print]) => (proven as Record<string, string>)[variant] !== print);
    expect(changed.map(([variant]) => variant), 'The graphs of these blocks have changed. Change core/export/pytorch/blocks, then run '
      + 'PROVE_PYTORCH=1 npx vitest run test/study/handoff/pytorch.test.ts where PyTorch is, which notes the new graphs once they are proven.').toEqual([]);
  });
});

describe('weights in PyTorch', () => {
  it('are transposed where PyTorch keeps matrices the other way round', () => {
    const network = networkNamed('autoformer-mini min');
    const weights = livelyWeights(network, 'layout');
    const key = 'blocks.0.mlp.expand.weight';
    const [inputs, hidden] = weights.placed(key).shape;
    const there = torchState(weights)[key];
    expect(there.shape).toEqual([hidden, inputs]);
    expect(there.data[2 * inputs + 1]).toBe(weights.view(key)[1 * hidden + 2]);
  });

  it('make a convolution of a patch embedding', () => {
    const network = networkNamed('plain mean');
    const weights = livelyWeights(network, 'layout');
    const there = torchState(weights)['patchEmbed.embed.weight'];
    expect(there.shape).toEqual([24, 3, 8, 8]);
    // Filter 5, channel 1, row 2, column 3.
    expect(there.data[5 * 192 + 64 + 2 * 8 + 3]).toBe(weights.view('patchEmbed.embed.weight')[(64 + 2 * 8 + 3) * 24 + 5]);
  });

  it('have the names of batch norms that PyTorch gives', () => {
    const state = torchState(livelyWeights(networkNamed('elasticvit-mini odd'), 'names'));
    for (const part of ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked']) expect(state).toHaveProperty([`stem.conv.convNorm.${part}`]);
    expect(state).not.toHaveProperty(['stem.conv.conv.scale']);
  });

  it('come back as they were, also from wrappers', () => {
    const weights = livelyWeights(networkNamed('asvit-mini published variant'), 'back');
    const state = Object.fromEntries(Object.entries(torchState(weights)).map(([key, tensor]) => [`module._orig_mod.${key}`, tensor]));
    expect(weightsFromTorch(weights.network, state, 'file').toTensors()).toEqual(weights.toTensors());
  });
});

describe('weights that do not fit', () => {
  const network: Network = getSpace('pit-mini').lower(getSpace('pit-mini').smallest, { classes: 3 });
  const state = torchState(livelyWeights(network, 'misfit'));
  const complaint = (tensors: Record<string, unknown>) => {
    try {
      weightsFromTorch(network, tensors as typeof state, 'best.safetensors');
    } catch (error) {
      if (error instanceof InputError) return `${error.code}: ${error.message}`;
      throw error;
    }
    return undefined;
  };

  it('are refused with what is missing and what is not known', () => {
    const { 'head.classifier.bias': bias, ...others } = state;
    expect(complaint({ ...others, 'head.fc.bias': bias })).toBe('weights-mismatch: best.safetensors does not fit the network pit-mini: it lacks head.classifier.bias; '
      + 'it has head.fc.bias, which the network has not.');
  });

  it('are refused with both shapes', () => {
    const told = complaint({ ...state, 'head.classifier.bias': { shape: [7], data: new Float32Array(7) } });
    expect(told).toContain('head.classifier.bias has shape [7] instead of [3]');
  });

  it('are refused when they are no float32 numbers', () => {
    expect(complaint({ ...state, 'head.classifier.bias': { shape: [3], data: new Int32Array(3) } })).toContain('head.classifier.bias holds no float32 numbers');
  });
});
