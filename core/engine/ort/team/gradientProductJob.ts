import { bindFeeds } from '../../../graph/graph.ts';
import type { ChainInput } from '../../engine.ts';
import { SharedFloats } from '../../wasm/sharedFloats.ts';
import { elementsOf, inspect, type DeviceData } from '../deviceData.ts';
import type { GraphRunner } from '../graphRunner.ts';
import type { HostTensor } from '../graphSession.ts';
import { LiveBlocks } from '../liveBlocks.ts';
import type { Collective } from './collective.ts';
import { ownInput, withGraphs, type GradientProductJob, type MemberTools } from './job.ts';

/** Numbers of a gradient that are multiplied at a time: those of all images fit the second-level cache. */
const chunkLength = 4096;

/** A link with its two graphs. */
type Link = ReturnType<typeof linksOf>[number];

const linksOf = ({ links }: GradientProductJob, tools: MemberTools) =>
  withGraphs(links, tools).map((link) => ({ ...link, gradient: tools.graphOf(link.gradient) }));

/**
 * A member's part: its images through the chain and back, one at a time, so that memory does not grow with their number.
 * Behind each link all members meet, and multiply a share of what they have.
 * @param floats at work on the job's arrays
 * @returns products of all images' gradients with each other, of the first member; of the others, their own shares of the sums
 */
export function workGradientProducts(job: GradientProductJob, tools: MemberTools, floats: SharedFloats): Float64Array {
  const { collective, runner } = tools;
  collective.begin(job.shares);
  const links = linksOf(job, tools);
  const blocks = new LiveBlocks(runner.device.arena);
  const products = new ProductSum(job, collective, floats);
  try {
    const inputs = forward(links, ownInput(job, collective.rank), runner, blocks);
    let upstream = inputs.at(-1)!.map(({ shape }) => blocks.place(shape, (values) => values.fill(1)));
    for (const [i, link] of [...links.entries()].reverse()) {
      const run = prepared(link, runner, blocks);
      upstream = inputs[i].map((x, image) => {
        const results = run(link.gradient, { [link.graph.inputs[0]]: x, [link.gradient.inputs.at(-1)!]: upstream[image] });
        let at = 0;
        for (const result of results.slice(0, link.wanted.length)) {
          inspect(result, runner.device.arena, runner.device.kernels, (values) => products.write(image, at, values));
          at += elementsOf(result.shape);
          blocks.free(result.address);
        }
        for (const { address } of [x, upstream[image]]) blocks.free(address);
        return results[link.wanted.length];
      });
      run.finish();
      products.add(link.length);
    }
  } finally {
    blocks.freeAll();
  }
  return products.total();
}

/** What flows into each link and out of the last, for each image. */
function forward(links: readonly Link[], { shape, data }: ChainInput, runner: GraphRunner, blocks: LiveBlocks): DeviceData[][] {
  const [count, ...rest] = shape;
  const each = elementsOf(rest);
  const values = [Array.from({ length: count }, (_, i) => blocks.place([1, ...rest], (to) => to.set(data.subarray(i * each, (i + 1) * each))))];
  for (const link of links) {
    const run = prepared(link, runner, blocks);
    values.push(values.at(-1)!.map((x) => {
      const [result, ...others] = run(link.graph, { [link.graph.inputs[0]]: x });
      for (const { address } of others) blocks.free(address);
      return result;
    }));
    run.finish();
  }
  return values;
}

/** A link's graphs with its parameters in place. */
function prepared({ parameters, tables }: Link, runner: GraphRunner, blocks: LiveBlocks) {
  const placed = Object.fromEntries(parameters.map(({ name, shape, values }) => [name, blocks.place(shape, (to) => to.set(values))]));
  const run = (graph: Link['graph'], given: Readonly<Record<string, DeviceData>>) => {
    const feeds: Record<string, DeviceData | HostTensor> = { ...tables, ...placed, ...given };
    const sizes = new Map<string, number>();
    bindFeeds(graph, feeds, sizes);
    const results = runner.run(runner.inference(graph), feeds, sizes);
    results.forEach(({ address }) => blocks.adopt(address));
    return results;
  };
  const finish = () => Object.values(placed).forEach(({ address }) => blocks.free(address));
  return Object.assign(run, { finish });
}

/** The sum of products over all links, each member's share of it apart until the end. */
class ProductSum {
  readonly #job: GradientProductJob;
  readonly #collective: Collective;
  readonly #floats: SharedFloats;
  readonly #count: number;
  readonly #own: Float64Array;

  constructor(job: GradientProductJob, collective: Collective, floats: SharedFloats) {
    this.#job = job;
    this.#collective = collective;
    this.#floats = floats;
    this.#count = job.input.shape[0];
    this.#own = new Float64Array(this.#count ** 2);
  }

  /** Part of the gradient of one of this member's images. */
  write(image: number, at: number, values: Float32Array): void {
    const before = this.#job.shares.slice(0, this.#collective.rank).reduce((sum, images) => sum + images, 0);
    this.#job.room.set(values, (before + image) * this.#job.rowLength + at);
  }

  /** Multiplies this member's chunks of what all have written. @param length of each image's row */
  add(length: number): void {
    const { room, rowLength, shares, sums } = this.#job;
    const count = this.#count;
    const { rank } = this.#collective;
    const sum = sums.subarray(rank * count ** 2, (rank + 1) * count ** 2);
    this.#collective.meet();
    for (let chunk = rank; chunk * chunkLength < length; chunk += shares.length) {
      const from = chunk * chunkLength;
      this.#floats.kernels.gramRows(room.byteOffset + 4 * from, sum.byteOffset, count, rowLength, Math.min(chunkLength, length - from));
      for (let i = 0; i < count; i++) for (let j = 0; j <= i; j++) this.#own[i * count + j] += sum[i * count + j];
    }
    this.#collective.meet();
  }

  /** All members' sums, in both halves. */
  total(): Float64Array {
    const count = this.#count;
    const { totals, shares } = this.#job;
    totals.set(this.#own, this.#collective.rank * count ** 2);
    this.#collective.meet();
    return Float64Array.from(this.#own, (_, at) => {
      const [i, j] = [Math.floor(at / count), at % count];
      const lower = Math.max(i, j) * count + Math.min(i, j);
      return shares.reduce((sum, _images, rank) => sum + totals[rank * count ** 2 + lower], 0);
    });
  }
}

/** Arrays for gradients of so many images, in memory of their own. */
export function gradientRoom(count: number, rowLength: number, members: number): Pick<GradientProductJob, 'room' | 'sums' | 'totals'> & { readonly floats: SharedFloats } {
  const floats = new SharedFloats();
  const totals = new Float64Array(new SharedArrayBuffer(8 * members * count ** 2));
  return { floats, totals, room: floats.allocate(count * rowLength), sums: floats.allocate(members * count ** 2) };
}
