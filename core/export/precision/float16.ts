import { EnvironmentError } from '../../base/errors.ts';
import { halfBits, largestHalf } from '../../base/half.ts';
import { typeCodes, type OnnxModel, type OnnxNode, type OnnxTensor } from '../../graph/onnx/model.ts';

/**
 * Operators that add up many numbers. ONNX leaves open what they add in; half precision would lose what is below 2^-11 of the
 * sum, or overflow. They are between casts to float32, as PyTorch's autocast has softmax and sums.
 */
const summing = new Set(['ReduceMean', 'ReduceSum', 'Softmax']);

/**
 * A file's network in half precision: weights and everything between the first and the last operator. What goes in and comes out
 * stays float32, so that whoever feeds the float32 file can feed this one.
 *
 * Layer norms have float16 inputs and outputs, but ONNX's `stash_type` 1 has their means and variances calculated in float32.
 * Products (convolutions included) are left to the runtime: all that are in use add up in float32 or say that they do not.
 *
 * @throws EnvironmentError `beyond-float16` naming the weights that half precision cannot hold
 */
export function inHalfPrecision(model: OnnxModel): OnnxModel {
  const initializers = model.initializers.map(halved);
  const nodes: OnnxNode[] = [];
  const cast = (from: string, to: 'float16' | 'float32', output: string) => {
    nodes.push({ name: `${output}/cast`, operator: 'Cast', inputs: [from], outputs: [output], attributes: { to: typeCodes[to] } });
    return output;
  };
  const names = new Map(model.initializers.map(({ name }, i) => [name, initializers[i].name]));
  for (const { name } of model.inputs) names.set(name, cast(name, 'float16', `${name}/half`));
  for (const { name } of model.outputs) names.set(name, `${name}/half`);
  const renamed = (name: string) => names.get(name) ?? name;

  for (const node of model.nodes) {
    const [inputs, outputs] = [node.inputs.map(renamed), node.outputs.map(renamed)];
    if (summing.has(node.operator)) {
      const [x, ...rest] = inputs;
      const [sum] = outputs;
      nodes.push({ ...node, inputs: [cast(x, 'float32', `${sum}/wide`), ...rest], outputs: [`${sum}/sum`] });
      cast(`${sum}/sum`, 'float16', sum);
    } else {
      nodes.push({ ...node, inputs, outputs, ...(node.operator === 'LayerNormalization' ? { attributes: { ...node.attributes, stash_type: 1 } } : {}) });
    }
  }
  for (const { name } of model.outputs) cast(renamed(name), 'float32', name);
  return { ...model, nodes, initializers };
}

function halved(tensor: OnnxTensor): OnnxTensor {
  const { name, data } = tensor;
  if (!(data instanceof Float32Array)) return tensor;
  const halves = Uint16Array.from(data, halfBits);
  const strange = halves.findIndex((half) => (half & 0x7c00) === 0x7c00);
  if (strange >= 0) {
    throw new EnvironmentError('beyond-float16', `${name} holds ${data[strange]}, which float16 cannot: its largest number is ${largestHalf}. `
      + 'Export this network in float32.');
  }
  // Constants are called by their type where they have no name of their own.
  return { ...tensor, name: name.replace(/^float32:/, 'float16:'), data: halves };
}
