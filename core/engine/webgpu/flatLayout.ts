import type { OnnxNode, OnnxTensor } from '../../graph/onnx/model.ts';
import type { ChainLink, ChainParameter } from '../engine.ts';
import { flat, programOf, type GpuDevice, type GpuTensor, type Program } from './device.ts';
import type { LinkGradients } from './chainRun.ts';

/** The parameters of a chain as one vector on the GPU, which is split for the links and gathered from their gradients. */
export class FlatLayout {
  /** Elements of the vector; behind the parameters it is filled up with zeros. */
  readonly length: number;
  readonly #split: Program;
  readonly #join: Program;
  readonly #links: readonly ChainLink[];
  /** All parameters in the order of the vector. */
  readonly #order: readonly ChainParameter[];
  readonly #missing: OnnxTensor[] = [];

  /**
   * @param multiple what the vector's length is rounded up to
   * @param hasGradient whether a parameter moves the chain's result
   * @throws RangeError when the links do not own the whole vector, each element once
   */
  constructor(links: readonly ChainLink[], multiple: number, hasGradient: (link: ChainLink, name: string) => boolean) {
    this.#links = links;
    const owners = new Map(links.flatMap((link) => link.parameters.map((parameter) => [parameter, link])));
    this.#order = [...owners.keys()].sort((a, b) => a.offset - b.offset);
    let end = 0;
    for (const { name, offset, shape, slice } of this.#order) {
      if (offset !== end || slice.starts.length !== 1 || slice.runLength !== sizeOf(shape)) {
        throw new RangeError(`Parameter "${name}" at ${offset} is no part of its own of a flat buffer; a resident network shares nothing.`);
      }
      end += slice.runLength;
    }
    this.length = Math.ceil(end / multiple) * multiple;

    const ranges = this.#order.map((parameter, i) => ({ name: `p${i}`, start: parameter.offset, end: parameter.offset + sizeOf(parameter.shape) }));
    const bounds = [...new Set(ranges.flatMap(({ start, end: stop }) => [start, stop]))];
    this.#split = programOf('split', ranges.map(({ name, start, end: stop }): OnnxNode => (
      { name, operator: 'Slice', inputs: ['flat', `at${start}`, `at${stop}`], outputs: [name] }
    )), ['flat'], ranges.map(({ name }) => name), bounds.map((at) => ({ name: `at${at}`, dims: [1], data: BigInt64Array.of(BigInt(at)) })));

    const joined = this.#order.map((parameter, i) => {
      if (hasGradient(owners.get(parameter)!, parameter.name)) return `g${i}`;
      return this.#zeros(`g${i}`, sizeOf(parameter.shape));
    });
    if (this.length > end) joined.push(this.#zeros('rest', this.length - end));
    const given = joined.filter((name) => !this.#missing.some((zeros) => zeros.name === name));
    this.#join = programOf('join', [{ name: 'flat', operator: 'Concat', inputs: joined, outputs: ['flat'], attributes: { axis: 0 } }],
      given, ['flat'], this.#missing);
  }

  /** Each link's parameters, in their order, for the caller to dispose. */
  split(device: GpuDevice, vector: GpuTensor): Map<ChainLink, GpuTensor[]> {
    const parts = device.run(this.#split, { flat: flat(vector) }, this.#order.map((_, i) => `p${i}`));
    const placed = new Map(this.#order.map((parameter, i) => [parameter, { shape: parameter.shape, native: parts[i].native }]));
    return new Map(this.#links.map((link) => [link, link.parameters.map((parameter) => placed.get(parameter)!)]));
  }

  /** The gradients as a vector, in the order of the links. */
  join(device: GpuDevice, gradients: readonly LinkGradients[]): GpuTensor {
    const byParameter = new Map(this.#links.flatMap((link, i) => link.parameters.map((parameter) => [parameter, gradients[i].get(parameter.name)])));
    const feeds = this.#order.flatMap((parameter, i) => {
      const gradient = byParameter.get(parameter);
      return gradient ? [[`g${i}`, flat(gradient)] as const] : [];
    });
    return device.run(this.#join, Object.fromEntries(feeds), ['flat'])[0];
  }

  #zeros(name: string, length: number): string {
    this.#missing.push({ name, dims: [length], data: new Float32Array(length) });
    return name;
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}
