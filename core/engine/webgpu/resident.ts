import { differentiableFeeds } from '../../graph/gradient.ts';
import { bindFeeds } from '../../graph/graph.ts';
import type { ChainInput, ChainLink, ParameterUpdate, ResidentStart, ResidentTraining } from '../engine.ts';
import { GpuChainRun } from './chainRun.ts';
import type { GpuTensor } from './device.ts';
import { FlatLayout } from './flatLayout.ts';
import type { Feed } from './graphProgram.ts';
import type { Programs } from './programs.ts';

/** Of the matrices: what a workgroup adds up well. */
const columns = 1024;

/**
 * Training of one network whose weights and optimizer state stay on the GPU from step to step. Images go there; logits
 * come back, and what `read` asks for.
 */
export class GpuTraining implements ResidentTraining {
  readonly #programs: Programs;
  readonly #links: readonly ChainLink[];
  readonly #layout: FlatLayout;
  readonly #update: ParameterUpdate;
  readonly #length: number;
  readonly #decayed: GpuTensor;
  readonly #state = new Map<string, GpuTensor>();

  /** See `Engine.keepResident`. */
  constructor(programs: Programs, links: readonly ChainLink[], update: ParameterUpdate, start: ResidentStart, decayed: Float32Array) {
    this.#programs = programs;
    this.#links = links;
    this.#update = update;
    this.#length = start.parameters.length;
    this.#layout = new FlatLayout(links, columns, (link, name) => this.#wrtOf(link).includes(name));
    this.#decayed = this.#upload(decayed);
    for (const name of Object.keys(update.carried)) this.#state.set(name, this.#upload(start[name] ?? new Float32Array(this.#length)));
  }

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

  read(name: string): Float32Array {
    const held = this.#state.get(name);
    if (!held) throw new RangeError(`The update carries no "${name}".`);
    return this.#programs.device.download(held).subarray(0, this.#length);
  }

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
