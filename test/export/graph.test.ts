import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../core/engine/engines.ts';
import { exportOnnx } from '../../core/export/onnx.ts';
import { optimisedModel } from '../../core/export/optimised.ts';
import { readModel, type OnnxFile } from '../../core/graph/onnx/read.ts';
import type { Weights } from '../../core/model/weights.ts';
import { livelyWeights, lowered } from './networks.ts';

/** How often each operator occurs; those of other domains than the standard one by their plain name. */
function operatorCounts({ nodes }: OnnxFile): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { operator } of nodes) counts[operator] = (counts[operator] ?? 0) + 1;
  return counts;
}

const networks = {
  'elasticvit T2': lowered('elasticvit', 'T2'),
  'elasticvit-mini medium': lowered('elasticvit-mini', 'medium'),
  'elasticvit-mini max at 40 px': lowered('elasticvit-mini', 'max', { resolution: 40 }),
};
const cases = Object.entries(networks).flatMap(([name, network]) => ([1, 'dynamic'] as const).map((batch) => ({ name, network, batch })));

describe.each(cases)('the file of $name with batch $batch', ({ network, batch }) => {
  let weights: Weights;
  let bytes: Uint8Array;
  let file: OnnxFile;
  beforeAll(async () => {
    await startEngine('ort');
    weights = livelyWeights(network, 'graph');
    bytes = exportOnnx(weights, { batch, version: '1.2.3', metadata: {} });
    file = readModel(bytes);
  });

  it('has images flowing in and logits out', () => {
    const size = network.resolution;
    expect(file.inputs).toEqual([{ name: 'images', elementType: 1, dims: [batch === 1 ? 1 : 'batch', 3, size, size] }]);
    expect(file.outputs).toEqual([{ name: 'logits', elementType: 1, dims: [batch === 1 ? 1 : 'batch', network.classes] }]);
    expect(file).toMatchObject({ producer: 'pocketformer', producerVersion: '1.2.3', graphName: network.space, irVersion: 8 });
  });

  it('holds standard operators of one set only, none of which serves shapes', () => {
    expect(file.opsets).toEqual({ '': 17 });
    expect(file.nodes.filter(({ domain }) => domain !== '')).toEqual([]);
    const allowed = ['Add', 'AveragePool', 'Conv', 'Gemm', 'HardSigmoid', 'HardSwish', 'LayerNormalization', 'MatMul', 'Mul', 'ReduceMean',
      'Relu', 'Reshape', 'Softmax', 'Transpose'];
    expect(Object.keys(operatorCounts(file)).filter((operator) => !allowed.includes(operator))).toEqual([]);
  });

  it('has as many operators of each kind as its blocks need', () => {
    const count = (type: string) => network.blocks.filter((block) => block.type === type).length;
    const squeezing = network.blocks.filter((block) => block.type === 'mbconv' && block.squeezeChannels > 0).length;
    expect(operatorCounts(file)).toMatchObject({
      // Every squeeze-excitation and the head take one mean; every batch norm is gone.
      ReduceMean: squeezing + 1, Relu: squeezing, HardSigmoid: squeezing, Mul: squeezing,
      LayerNormalization: count('attention') + count('ffn'),
      MatMul: 2 * count('attention'), Softmax: count('attention'), Reshape: 4 * count('attention'), Gemm: 2,
    });
  });

  it('defines every value once, before it is read, and reads every value', () => {
    const known = new Set([...file.inputs, ...file.initializers].map(({ name }) => name));
    expect(known.size).toBe(file.inputs.length + file.initializers.length);
    const read = new Set(file.outputs.map(({ name }) => name));
    for (const { name, inputs, outputs } of file.nodes) {
      for (const input of inputs) {
        expect(known, `input of ${name}`).toContain(input);
        read.add(input);
      }
      for (const output of outputs) {
        expect(known, `output of ${name}`).not.toContain(output);
        known.add(output);
      }
    }
    expect([...known].filter((name) => !read.has(name))).toEqual([]);
    expect(new Set(file.nodes.map(({ name }) => name)).size).toBe(file.nodes.length);
  });

  it('names layers and weights as weight files do', () => {
    const keys = new Set(weights.parameters.keys());
    const shared = /^(int64:[\d,-]+|ones:[\dx]+)$/;
    // Folding gives layers biases that weight files hold as a batch norm's or a layer norm's.
    const isOfWeights = (name: string) => keys.has(name) || keys.has(name.replace(/\.bias$/, '.weight'));
    expect(file.initializers.map(({ name }) => name).filter((name) => !shared.test(name) && !isOfWeights(name))).toEqual([]);
    const layers = file.nodes.filter(({ operator }) => operator === 'Conv' || operator === 'Gemm');
    for (const { name, inputs: [, weight], outputs: [output] } of layers) {
      const last = weight === 'head.classifier.weight';
      expect([name, output]).toEqual(last ? ['logits', 'logits'] : Array(2).fill(weight.replace(/\.(\w+)\.weight$/, '/$1')));
    }
  });

  it('leaves nothing for ONNX Runtime to remove, fold or join at its basic level', () => {
    const optimised = optimisedModel(bytes, 'basic');
    const { HardSwish, ...others } = operatorCounts(file);
    // The only change: ONNX defines HardSwish as a function, x HardSigmoid(x), and ONNX Runtime writes it out.
    expect(operatorCounts(optimised)).toEqual({ ...others, HardSigmoid: others.HardSigmoid + HardSwish, Mul: others.Mul + HardSwish });
    expect(optimised.initializers.map(({ name, dims }) => [name, dims]).sort()).toEqual(file.initializers.map(({ name, dims }) => [name, dims]).sort());
  });

  it('keeps its convolutions, products, norms and means at the default level, which only joins and reorders', () => {
    const written = operatorCounts(file);
    const { ReorderInput: _input, ReorderOutput: _output, ...optimised } = operatorCounts(optimisedModel(bytes));
    const joined = (counts: Record<string, number>, ...operators: string[]) => operators.reduce((sum, operator) => sum + (counts[operator] ?? 0), 0);
    expect(joined(optimised, 'Conv', 'FusedConv')).toBe(written.Conv);
    expect(joined(optimised, 'MatMul', 'FusedMatMul')).toBe(written.MatMul);
    for (const operator of ['AveragePool', 'Gemm', 'LayerNormalization', 'ReduceMean', 'Reshape', 'Softmax']) {
      expect([operator, optimised[operator]]).toEqual([operator, written[operator]]);
    }
    // Activations and sums go into convolutions, transposes into products; nothing comes in.
    for (const operator of ['Add', 'Relu', 'Transpose']) expect(optimised[operator] ?? 0).toBeLessThanOrEqual(written[operator]);
    expect(Object.keys(optimised).filter((operator) => !(operator in written) && !operator.startsWith('Fused'))).toEqual([]);
  });
});
