import { differentiableFeeds } from '../../graph/gradient.ts';
import { bindFeeds, type Graph } from '../../graph/graph.ts';
import type { ChainInput, ChainLink } from '../engine.ts';
import { GpuChainRun } from './chainRun.ts';
import type { GpuTensor } from './device.ts';
import { FlatLayout } from './flatParameters.ts';
import type { Feed } from './graphProgram.ts';
import type { Programs } from './programs.ts';

/** How parameters and what is remembered of them change in a step (core/training/updateGraph.ts). */
export interface ResidentUpdate {
  /** Takes matrices [rows, columns], `parameters`, `gradient` and `decayed` among them, and numbers of rank 0. */
  readonly graph: Graph;
  /** Inputs that an output takes the place of for the next step. */
  readonly carried: Readonly<Record<string, string>>;
}

/** Of the matrices: what a workgroup adds up well. */
const columns = 1024;

/**
 * Training of one network whose weights and optimizer state stay on the GPU from step to step. Images go there; logits
 * come back, and what `read` is asked for.
 */
export class ResidentTraining {
  readonly #programs: Programs;
  readonly #links: readonly ChainLink[];
  readonly #layout: FlatLayout;
  readonly #update: ResidentUpdate;
  readonly #length: number;
  readonly #decayed: GpuTensor;
  readonly #state = new Map<string, GpuTensor>();

  /**
   * @param links whose parameters fill the flat buffers between them
   * @param start parameters and, by name, what the update remembers where that does not start as zeros
   * @param decayed 1 where weight decay applies, 0 elsewhere, laid out like the parameters
   */
  constructor(
    programs: Programs, links: readonly ChainLink[], update: ResidentUpdate,
    start: Readonly<Record<'parameters', Float32Array> & Record<string, Float32Array>>, decayed: Float32Array,
  ) {
    this.#programs = programs;
    this.#links = links;
    this.#update = update;
    this.#length = start.parameters.length;
    this.#layout = new FlatLayout(links, columns, (link, name) => this.#wrtOf(link).includes(name));
    this.#decayed = this.#upload(decayed);
    for (const name of Object.keys(update.carried)) this.#state.set(name, this.#upload(start[name] ?? new Float32Array(this.#length)));
  }

  /**
   * One step.
   * @param numbers the update's numbers of this step
   * @param gradientOf given the chain's result in the order of its axes, the gradient that flows back from it
   */
  step(input: ChainInput, numbers: Readonly<Record<string, number>>, gradientOf: (result: Float32Array) => Float32Array): void {
    const { device } = this.#programs;
    const live: GpuTensor[] = [];
    try {
      const parameters = this.#layout.split(device, this.#state.get('parameters')!);
      live.push(...[...parameters.values()].flat());
      const gradients = new GpuChainRun(this.#programs).run(this.#links, input, (link) => parameters.get(link)!, gradientOf);
      live.push(...gradients.flatMap((link) => [...link.values()]));
      const gradient = this.#layout.join(device, gradients);
      live.push(gradient);
      this.#advance(this.#matrix(gradient), numbers);
    } finally {
      for (const { native } of live) native.dispose();
    }
  }

  /** What the GPU holds under a name: the parameters, or something that the update carries on. */
  read(name = 'parameters'): Float32Array {
    const held = this.#state.get(name);
    if (!held) throw new RangeError(`The update carries no "${name}".`);
    return this.#programs.device.download(held).subarray(0, this.#length);
  }

  /** Gives the GPU's memory back. */
  dispose(): void {
    for (const { native } of [...this.#state.values(), this.#decayed]) native.dispose();
    this.#state.clear();
  }

  #advance(gradient: GpuTensor, numbers: Readonly<Record<string, number>>): void {
    const { graph, carried } = this.#update;
    const feeds: Record<string, Feed> = { ...Object.fromEntries(this.#state), gradient, decayed: this.#decayed };
    for (const [name, value] of Object.entries(numbers)) feeds[name] = { shape: [], data: Float32Array.of(value) };
    const sizes = new Map<string, number>();
    bindFeeds(graph, feeds, sizes);
    const next = this.#programs.inference(graph).run(feeds, sizes, Object.values(carried));
    Object.keys(carried).forEach((name, i) => {
      this.#state.get(name)!.native.dispose();
      this.#state.set(name, next[i]);
    });
  }

  #wrtOf(link: ChainLink): readonly string[] {
    return link === this.#links[0] ? link.graph.parameters : differentiableFeeds(link.graph);
  }

  #upload(values: Float32Array): GpuTensor {
    const padded = new Float32Array(this.#layout.length);
    padded.set(values);
    return this.#programs.device.copy([this.#matrix({ shape: [padded.length], data: padded })])[0];
  }

  #matrix<T extends Feed>(tensor: T): T {
    return { ...tensor, shape: [this.#layout.length / columns, columns] };
  }
}
