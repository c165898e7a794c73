import { difference, plus, type Dim } from './dims.ts';
import type { Attribute, Graph, GraphNode, Operator, Value } from './graph.ts';
import { inferValues } from './shapes.ts';

export interface ConvOptions {
  readonly stride?: number;
  /** One filter per channel, weight [channels, 1, k, k]; otherwise dense. */
  readonly depthwise?: boolean;
  readonly oddSize?: boolean;
  readonly bias?: string;
  /** Zeros above, left, below and right, instead of as many as keep the size. */
  readonly pads?: readonly number[];
}

/** A slice that ends here goes on to the last element. */
const farEnd = 2 ** 31 - 1;

/** Writes a graph node by node; shapes are inferred and checked as it goes. Values are referred to by name. */
export class GraphBuilder {
  readonly #name: string;
  readonly #namespace: string;
  readonly #inputs: string[] = [];
  readonly #parameters: string[] = [];
  readonly #tables: string[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #values = new Map<string, Value>();
  readonly #scalars = new Map<string, Dim>();

  constructor(name: string, namespace = '') {
    this.#name = name;
    this.#namespace = namespace;
  }

  /**
   * A builder that goes on from the values of a graph, and by default from its nodes. New values get names in
   * `namespace`, which must be the caller's own, so that values copied later cannot be mistaken for them.
   */
  static from(graph: Graph, options: { name?: string; withNodes?: boolean; namespace: string }): GraphBuilder {
    const builder = new GraphBuilder(options.name ?? graph.name, options.namespace);
    builder.#inputs.push(...graph.inputs);
    builder.#parameters.push(...graph.parameters);
    builder.#tables.push(...graph.tables);
    for (const [name, value] of graph.scalars) builder.#scalars.set(name, value);
    if (options.withNodes ?? true) {
      builder.#nodes.push(...graph.nodes);
      for (const [name, value] of graph.values) builder.#values.set(name, value);
    } else {
      const given = [...graph.inputs, ...graph.parameters, ...graph.tables, ...graph.scalars.keys()];
      for (const name of given) builder.#values.set(name, graph.values.get(name)!);
    }
    return builder;
  }

  input(name: string, dims: readonly Dim[]): string {
    this.#inputs.push(this.#declare(name, { dims, dtype: 'float32' }));
    return name;
  }

  parameter(name: string, dims: readonly Dim[]): string {
    this.#parameters.push(this.#declare(name, { dims, dtype: 'float32' }));
    return name;
  }

  /** An int32 table that depends on shapes only. */
  table(name: string, dims: readonly Dim[]): string {
    this.#tables.push(this.#declare(name, { dims, dtype: 'int32' }));
    return name;
  }

  /** A constant of rank 0; give a symbolic size as a dimension. */
  scalar(value: Dim): string {
    const name = `scalar:${value}`;
    if (!this.#scalars.has(name)) {
      this.#declare(name, { dims: [], dtype: 'float32' });
      this.#scalars.set(name, value);
    }
    return name;
  }

  /** The size that a constant of rank 0 stands for, or undefined for other names. */
  scalarSize(name: string): Dim | undefined {
    return this.#scalars.get(name);
  }

  dims(name: string): readonly Dim[] {
    return this.#valueOf(name).dims;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The node that makes a value, or undefined for feeds and constants. */
  producer(name: string): GraphNode | undefined {
    return this.#nodes.find((node) => node.outputs.includes(name));
  }

  /** Appends a node and returns its first output. */
  add(operator: Operator, inputs: readonly string[], attributes: Record<string, Attribute> = {}, output?: string): string {
    return this.addMany(operator, inputs, attributes, output ? [output] : undefined)[0];
  }

  /** Appends a node with several outputs; unnamed ones are numbered. */
  addMany(operator: Operator, inputs: readonly string[], attributes: Record<string, Attribute>, outputs?: readonly string[]): string[] {
    const made = inferValues(operator, inputs.map((input) => this.#valueOf(input)), attributes);
    const names = made.map((value, i) => this.#declare(outputs?.[i] ?? this.#fresh(operator), value));
    this.#nodes.push({ operator, inputs: [...inputs], outputs: names, attributes });
    return names;
  }

  /** Appends a node of another graph unchanged, with the value names it had there. */
  copy(node: GraphNode, values: ReadonlyMap<string, Value>): void {
    for (const output of node.outputs) this.#declare(output, values.get(output)!);
    this.#nodes.push(node);
  }

  /**
   * Zero-padded convolution that keeps `ceil(size / stride)`; the kernel size is odd and read off the weight. `oddSize`
   * says whether the map's height and width are odd, which decides the padding of the gradient when the stride is 2.
   *
   * With `pads` the kernel has any size, and its windows fill the padded map to the last row and column.
   */
  conv(x: string, weight: string, options: ConvOptions = {}): string {
    const { stride = 1, depthwise = false, oddSize = false, bias, pads } = options;
    return this.add('Conv', bias ? [x, weight, bias] : [x, weight], {
      stride, kernelSize: this.dims(weight)[2], depthwise: Number(depthwise), oddSize: Number(oddSize), ...(pads ? { pads } : {}),
    });
  }

  /** Part of one axis, from `start` on; `shape` is that of the result. */
  slice(x: string, axis: number, start: number, shape: readonly Dim[]): string {
    const size = shape[axis];
    const left = typeof size === 'number' ? undefined : difference(this.dims(x)[axis], plus(size, start));
    if (typeof size === 'string' && left === undefined) {
      throw new RangeError(`What a slice of ${size} from ${start} on leaves of axis ${axis} of [${this.dims(x).join(', ')}] is not known.`);
    }
    const end = typeof size === 'number' ? start + size : left! > 0 ? -left! : farEnd;
    return this.add('Slice', [x], { starts: [start], ends: [end], axes: [axis], steps: [1], shape });
  }

  /** Zeros in front of one axis and behind it. */
  pad(x: string, axis: number, before: Dim, after: Dim): string {
    return this.add('Pad', [x], { axis, before, after });
  }

  /** One behind the other along an axis. */
  concat(parts: readonly string[], axis: number): string {
    return parts.length === 1 ? parts[0] : this.add('Concat', parts, { axis });
  }

  transpose(x: string, permutation: readonly number[]): string {
    return this.add('Transpose', [x], { permutation });
  }

  reshape(x: string, shape: readonly Dim[]): string {
    return this.add('Reshape', [x], { shape });
  }

  sum(x: string, axes: readonly number[], keepDims = true): string {
    return this.add('ReduceSum', [x], { axes, keepDims: keepDims ? 1 : 0 });
  }

  mean(x: string, axes: readonly number[], keepDims = true): string {
    return this.add('ReduceMean', [x], { axes, keepDims: keepDims ? 1 : 0 });
  }

  mul(a: string, b: string | number): string {
    return this.add('Mul', [a, typeof b === 'number' ? this.scalar(b) : b]);
  }

  plus(a: string, b: string | number): string {
    return this.add('Add', [a, typeof b === 'number' ? this.scalar(b) : b]);
  }

  minus(a: string, b: string | number): string {
    return this.add('Sub', [a, typeof b === 'number' ? this.scalar(b) : b]);
  }

  div(a: string, b: string | number): string {
    return this.add('Div', [a, typeof b === 'number' ? this.scalar(b) : b]);
  }

  /** The finished graph. */
  build(outputs: readonly string[]): Graph {
    outputs.forEach((name) => this.#valueOf(name));
    return {
      name: this.#name, inputs: [...this.#inputs], parameters: [...this.#parameters], tables: [...this.#tables],
      outputs: [...outputs], nodes: [...this.#nodes], values: new Map(this.#values), scalars: new Map(this.#scalars),
    };
  }

  #valueOf(name: string): Value {
    const value = this.#values.get(name);
    if (!value) throw new RangeError(`Graph "${this.#name}" has no value "${name}" yet.`);
    return value;
  }

  #declare(name: string, value: Value): string {
    if (this.#values.has(name)) throw new RangeError(`Graph "${this.#name}" already has a value "${name}".`);
    this.#values.set(name, value);
    return name;
  }

  #fresh(operator: string): string {
    for (let i = this.#nodes.length; ; i++) {
      const name = `${this.#namespace}${operator.toLowerCase()}:${i}`;
      if (!this.#values.has(name)) return name;
    }
  }
}
