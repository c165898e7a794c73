import type { OnnxModel, OnnxNode, OnnxTensor } from '../../graph/onnx/model.ts';
import { activationQuantisation, leastScalesFor, quantisedBias, quantisedWeights, type Range } from './quantisation.ts';
import { quantisedLayers, quantisedValues, type QuantisedLayer } from './quantisedLayers.ts';

/**
 * A network that computes its layers in integers (static quantisation, Jacob et al. 2018), written as float operators between
 * QuantizeLinear and DequantizeLinear, which runtimes replace by integer kernels where they have them.
 *
 * Weights are int8 and symmetric with a scale for each output channel, activations uint8 with one scale and zero point for
 * the whole tensor, biases int32. Of signed activations ONNX Runtime would leave all that several layers read in float32 on other
 * processors than Arm's. What goes in and comes out stays float32.
 *
 * @param ranges of the values that `quantisedValues` names
 */
export function inIntegers(model: OnnxModel, ranges: ReadonlyMap<string, Range>): OnnxModel {
  const layers = quantisedLayers(model);
  const writer = new Writer(model, quantisedValues(layers), ranges);
  for (const node of model.nodes) writer.write(node, layers.get(node));
  return writer.finish();
}

class Writer {
  readonly #model: OnnxModel;
  readonly #wanted: ReadonlySet<string>;
  readonly #ranges: ReadonlyMap<string, Range>;
  readonly #outputs: ReadonlySet<string>;
  readonly #nodes: OnnxNode[] = [];
  readonly #constants = new Map<string, OnnxTensor>();
  /** What stands for a value since it has been rounded. */
  readonly #rounded = new Map<string, { name: string; scale: number }>();

  constructor(model: OnnxModel, wanted: ReadonlySet<string>, ranges: ReadonlyMap<string, Range>) {
    this.#model = model;
    this.#wanted = wanted;
    this.#ranges = ranges;
    this.#outputs = new Set(model.outputs.map(({ name }) => name));
    for (const { name } of model.inputs) if (wanted.has(name)) this.#round(name, name);
  }

  write(node: OnnxNode, layer: QuantisedLayer | undefined): void {
    const inputs = node.inputs.map((name) => this.#rounded.get(name)?.name ?? name);
    if (layer !== undefined) {
      const { scale } = this.#rounded.get(layer.input)!;
      const { weight, axis, bias } = layer;
      const { integers, scales } = quantisedWeights(weight.data as Float32Array, weight.dims, axis,
        bias && leastScalesFor(bias.data as Float32Array, scale));
      inputs[1] = this.#dequantised(weight, integers, scales, axis);
      if (bias) {
        const steps = scales.map((each) => each * scale);
        inputs[2] = this.#dequantised(bias, quantisedBias(bias.data as Float32Array, steps), steps, 0);
      }
    }
    // The file's outputs keep their names, also where they are rounded.
    const outputs = node.outputs.map((name) => (this.#outputs.has(name) && this.#wanted.has(name) ? `${name}/exact` : name));
    this.#nodes.push({ ...node, inputs, outputs });
    node.outputs.forEach((name, i) => {
      if (this.#wanted.has(name)) this.#round(name, outputs[i]);
    });
  }

  finish(): OnnxModel {
    const read = new Set(this.#nodes.flatMap(({ inputs }) => inputs));
    const kept = this.#model.initializers.filter(({ name }) => read.has(name));
    return { ...this.#model, nodes: this.#nodes, initializers: [...kept, ...this.#constants.values()] };
  }

  #round(name: string, exact: string): void {
    const range = this.#ranges.get(name);
    if (range === undefined) throw new RangeError(`The range of "${name}" is not known.`);
    const { scale, zeroPoint } = activationQuantisation(range);
    const parameters = [this.#constant(`${name}/scale`, [], Float32Array.of(scale)), this.#constant(`${name}/zeroPoint`, [], Uint8Array.of(zeroPoint))];
    const [integers, floats] = [`${name}/uint8`, this.#outputs.has(name) ? name : `${name}/rounded`];
    this.#nodes.push(
      { name: `${name}/quantise`, operator: 'QuantizeLinear', inputs: [exact, ...parameters], outputs: [integers] },
      { name: `${name}/dequantise`, operator: 'DequantizeLinear', inputs: [integers, ...parameters], outputs: [floats] },
    );
    this.#rounded.set(name, { name: floats, scale });
  }

  /** A constant kept in integers: the name of what they stand for. */
  #dequantised({ name, dims }: OnnxTensor, integers: Int8Array | Int32Array, scales: Float32Array, axis: number): string {
    const output = `${name}/float`;
    const zeros = integers instanceof Int8Array ? new Int8Array(scales.length) : new Int32Array(scales.length);
    this.#nodes.push({
      name: `${name}/dequantise`, operator: 'DequantizeLinear', outputs: [output], attributes: { axis },
      inputs: [
        this.#constant(`${name}/${integers instanceof Int8Array ? 'int8' : 'int32'}`, dims, integers),
        this.#constant(`${name}/scale`, [scales.length], scales), this.#constant(`${name}/zeroPoint`, [scales.length], zeros),
      ],
    });
    return output;
  }

  #constant(name: string, dims: readonly number[], data: OnnxTensor['data']): string {
    this.#constants.set(name, { name, dims, data });
    return name;
  }
}
