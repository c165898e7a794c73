import { evaluate, type Dim, type DimValues } from '../dims.ts';
import { valueOf, type Graph, type GraphNode } from '../graph.ts';
import { windowPads } from '../shapes.ts';
import type { OnnxAttribute, OnnxNode, OnnxTensor, OnnxValue } from './model.ts';

/** The operator set of everything that Pocketformer writes: the oldest with all operators used, so old runtimes load it. */
export const opset = 17;

/** A graph spelled in ONNX. */
export interface LoweredGraph {
  readonly nodes: OnnxNode[];
  readonly initializers: OnnxTensor[];
  /** Shape vectors and counts that could not be written down: fed at run time, evaluated from the actual sizes. */
  readonly runtime: readonly RuntimeValue[];
}

export type RuntimeValue =
  | { readonly name: string; readonly kind: 'shape'; readonly dims: readonly Dim[] }
  | { readonly name: string; readonly kind: 'scalar'; readonly size: Dim };

/**
 * Spells a graph's nodes as ONNX nodes: attributes that ONNX wants as tensors become initializers.
 *
 * @param sizes symbols whose size is fixed in the result; the others stay free
 * @param rename gives every value its name in the file; unchanged by default
 * @throws RangeError when a symbol that ONNX needs as an attribute (the number of groups) is free
 */
export function lowerGraph(graph: Graph, sizes: DimValues, rename: (name: string) => string = (name) => name): LoweredGraph {
  const lowering = new Lowering(graph, sizes, rename);
  graph.nodes.forEach((node) => lowering.write(node));
  return { nodes: lowering.nodes, initializers: [...lowering.initializers.values()], runtime: [...lowering.runtime.values()] };
}

/** Inputs or outputs of a file: sizes that are known are written as numbers. */
export function onnxValue(graph: Graph, name: string, sizes: DimValues): OnnxValue {
  const { dims, dtype } = valueOf(graph, name);
  return { name, dtype, dims: dims.map((dim) => tryEvaluate(dim, sizes) ?? String(dim)) };
}

/** The size, or undefined while a symbol is free. */
export function tryEvaluate(dim: Dim, sizes: DimValues): number | undefined {
  try {
    return evaluate(dim, sizes);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

class Lowering {
  readonly nodes: OnnxNode[] = [];
  readonly initializers = new Map<string, OnnxTensor>();
  readonly runtime = new Map<string, RuntimeValue>();
  readonly #graph: Graph;
  readonly #sizes: DimValues;
  readonly #name: (name: string) => string;

  constructor(graph: Graph, sizes: DimValues, rename: (name: string) => string) {
    this.#graph = graph;
    this.#sizes = sizes;
    this.#name = rename;
  }

  write(node: GraphNode): void {
    const { operator, attributes } = node;
    const [first] = node.inputs;
    switch (operator) {
      case 'Conv': return this.#conv(node);
      case 'ConvTranspose': return this.#emit(node, 'ConvTranspose', {
        group: this.#groups(node), strides: twice(attributes.stride), ...this.#kernel(node),
        output_padding: twice(attributes.outputPadding),
      });
      case 'AveragePool': return this.#emit(node, 'AveragePool', {
        kernel_shape: [2, 2], strides: [2, 2], count_include_pad: 1,
        ...(attributes.oddSize ? { pads: [1, 1, 0, 0] } : {}),
      });
      case 'HardSigmoid': return this.#emit(node, 'HardSigmoid', {
        alpha: { float: Number(attributes.alpha ?? 1 / 6) }, beta: { float: Number(attributes.beta ?? 0.5) },
      });
      case 'Softmax': return this.#emit(node, 'Softmax', { axis: -1 });
      case 'LayerNormalization': return this.#emit(node, 'LayerNormalization', {
        axis: Number(attributes.axis), epsilon: { float: Number(attributes.epsilon) },
      });
      case 'BatchNormalization': return this.#emit(node, 'BatchNormalization', {
        epsilon: { float: Number(attributes.epsilon) },
        ...(attributes.training ? { training_mode: 1, momentum: { float: 0 } } : {}),
      });
      case 'ReduceMean': return this.#emit(node, 'ReduceMean', { axes: attributes.axes as number[], keepdims: attributes.keepDims as number });
      case 'ReduceSum': return this.#emit(node, 'ReduceSum', { keepdims: attributes.keepDims as number }, [this.#integers(attributes.axes as number[])]);
      case 'Transpose': return this.#emit(node, 'Transpose', { perm: attributes.permutation as number[] });
      case 'Concat': return this.#emit(node, 'Concat', { axis: Number(attributes.axis) });
      case 'Gather': return this.#emit(node, 'Gather', { axis: 0 });
      case 'Reshape': return this.#emit(node, 'Reshape', {}, [this.#reshapeTarget(first, attributes.shape as Dim[])]);
      case 'Expand': return this.#emit(node, 'Expand', {}, [this.#expandTarget(first, attributes.shape as Dim[])]);
      case 'Slice': return this.#emit(node, 'Slice', {}, ['starts', 'ends', 'axes', 'steps'].map((key) => this.#integers(attributes[key] as number[])));
      case 'Pad': return this.#emit(node, 'Pad', {}, [this.#pads(node)]);
      case 'Clip': return this.#emit(node, 'Clip', {}, [this.#float(Number(attributes.min)), this.#float(Number(attributes.max))]);
      case 'Gelu': return this.#gelu(node);
      case 'ScatterAdd': return this.#scatterAdd(node);
      case 'ConvInputGradient':
      case 'ConvWeightGradient':
      case 'AveragePoolGradient':
        throw new RangeError(`${operator} has no ONNX operator; an engine spells it before lowering.`);
      default: return this.#emit(node, operator, {});
    }
  }

  #conv(node: GraphNode): void {
    const { attributes } = node;
    const dilation = Number(attributes.dilation ?? 1);
    this.#emit(node, 'Conv', {
      group: this.#groups(node), strides: twice(attributes.stride), ...this.#kernel(node),
      ...(dilation === 1 ? {} : { dilations: [dilation, dilation] }),
    });
  }

  #kernel(node: GraphNode): Record<string, OnnxAttribute> {
    const { kernelSize } = node.attributes;
    return { ...(kernelSize === undefined ? {} : { kernel_shape: twice(kernelSize) }), pads: [...windowPads(node.attributes)] };
  }

  /** ONNX has the number of groups as an attribute, so it must be known when the file is written. */
  #groups(node: GraphNode): number {
    const { depthwise, multiplier = 1 } = node.attributes;
    return depthwise ? evaluate(valueOf(this.#graph, node.inputs[1]).dims[0], this.#sizes) / Number(multiplier) : 1;
  }

  /**
   * Rows are added in order. ONNX Runtime's ScatterND would be shorter, but adds from several threads without keeping
   * them apart, and then loses updates.
   */
  #scatterAdd(node: GraphNode): void {
    const [indices, updates] = node.inputs;
    const rowDims = valueOf(this.#graph, updates).dims.slice(1);
    const [zeros, column, wide] = ['zeros', 'column', 'wide'].map((part) => this.#name(`${node.outputs[0]}/${part}`));
    const named = (operator: string, output: string) => ({ name: output, operator, outputs: [output] });
    this.nodes.push(
      { ...named('Expand', zeros), inputs: [this.#float(0), this.#vector(node.attributes.shape as Dim[], (d) => d)] },
      { ...named('Reshape', column), inputs: [this.#name(indices), this.#integers([-1, ...rowDims.map(() => 1)])] },
      { ...named('Expand', wide), inputs: [column, this.#vector([1, ...rowDims], (d) => d)] },
      { ...named('ScatterElements', this.#name(node.outputs[0])), inputs: [zeros, wide, this.#name(updates)], attributes: { axis: 0, reduction: 'add' } },
    );
  }

  /** Numbers of zeros before each axis, then behind each. */
  #pads({ inputs: [x], attributes: { axis, before, after } }: GraphNode): string {
    const dims = valueOf(this.#graph, x).dims;
    return this.#vector([before, after].flatMap((amount) => dims.map((_, i) => (i === axis ? amount as Dim : 0))), () => undefined);
  }

  /** Spelled as the trainers of vision transformers export it, which runtimes recognise. */
  #gelu(node: GraphNode): void {
    const [x, y] = [this.#name(node.inputs[0]), this.#name(node.outputs[0])];
    const write = (operator: string, inputs: string[], output: string) => {
      this.nodes.push({ name: output, operator, inputs, outputs: [output] });
      return output;
    };
    const error = write('Erf', [write('Div', [x, this.#float(Math.SQRT2)], `${y}/scaled`)], `${y}/erf`);
    const doubled = write('Mul', [x, write('Add', [error, this.#float(1)], `${y}/shifted`)], `${y}/doubled`);
    write('Mul', [doubled, this.#float(0.5)], y);
  }

  #float(value: number): string {
    const name = `float32:${value}`;
    this.initializers.set(name, { name, dims: [], data: new Float32Array([value]) });
    return name;
  }

  #emit(node: GraphNode, operator: string, attributes: Record<string, OnnxAttribute>, more: string[] = []): void {
    const outputs = node.outputs.map((name) => this.#name(name));
    this.nodes.push({
      name: outputs[0], operator, attributes, outputs,
      inputs: [...node.inputs.map((name) => this.#input(name)), ...more],
    });
  }

  #input(name: string): string {
    const scalar = this.#graph.scalars.get(name);
    if (scalar === undefined) return this.#name(name);
    const size = tryEvaluate(scalar, this.#sizes);
    if (size === undefined) this.runtime.set(name, { name, kind: 'scalar', size: scalar });
    else this.initializers.set(name, { name, dims: [], data: new Float32Array([size]) });
    return name;
  }

  /** In a Reshape, 0 copies the input's size and one -1 takes what is left. */
  #reshapeTarget(input: string, shape: readonly Dim[]): string {
    const from = valueOf(this.#graph, input).dims;
    let free = shape.includes(-1) ? 0 : 1;
    return this.#vector(shape, (dim, axis) => {
      if (from[axis] === dim) return 0;
      return free-- > 0 ? -1 : undefined;
    });
  }

  /** In an Expand, 1 keeps the input's size. */
  #expandTarget(input: string, shape: readonly Dim[]): string {
    const from = valueOf(this.#graph, input).dims;
    return this.#vector(shape, (dim, axis) => (from[axis - shape.length + from.length] === dim ? 1 : undefined));
  }

  /** A vector of sizes: constant when every entry is known or has a stand-in, otherwise evaluated at run time. */
  #vector(dims: readonly Dim[], standIn: (dim: Dim, axis: number) => Dim | undefined): string {
    const entries: (number | undefined)[] = dims.map((dim) => tryEvaluate(dim, this.#sizes));
    for (const [axis, entry] of entries.entries()) {
      if (entry !== undefined) continue;
      const other = standIn(dims[axis], axis);
      if (typeof other === 'number') entries[axis] = other;
    }
    if (entries.every((entry) => entry !== undefined)) return this.#integers(entries);
    const name = `shape:${dims.join(',')}`;
    this.runtime.set(name, { name, kind: 'shape', dims });
    return name;
  }

  #integers(values: readonly number[]): string {
    const name = `int64:${values.join(',')}`;
    this.initializers.set(name, { name, dims: [values.length], data: BigInt64Array.from(values, BigInt) });
    return name;
  }
}

function twice(value: unknown): number[] {
  return [Number(value), Number(value)];
}
