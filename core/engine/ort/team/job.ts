import type { Graph } from '../../../graph/graph.ts';
import type { ChainInput, ChainLink, ForwardLink, GradientLink } from '../../engine.ts';
import type { KernelCall } from '../../kernelCalls.ts';
import type { Kernel } from '../../wasm/library.ts';
import type { GraphRunner } from '../graphRunner.ts';
import type { Collective } from './collective.ts';

/** Work on a batch that a team shares: everything that its members need to know. The arrays are shared memory. */
export type Job = TrainingJob | ForwardJob | GradientProductJob | KernelJob;

interface ChainJob {
  readonly input: ChainInput;
  /** Images of each member. */
  readonly shares: readonly number[];
}

/** A link of a chain, its graph by the number that all members know it by. */
type Numbered<Link extends { readonly graph: Graph }> = Omit<Link, 'graph'> & { readonly graph: number };

/** As in `Engine.backpropagate`. */
export interface TrainingJob extends ChainJob {
  readonly kind: 'training';
  readonly links: readonly Numbered<ChainLink>[];
  readonly values: Float32Array;
  readonly gradient: Float32Array;
  /** For each member, where it puts its gradients to be summed. */
  readonly rooms: readonly Float32Array[];
}

/** As in `Engine.forward`. */
export interface ForwardJob extends ChainJob {
  readonly kind: 'forward';
  readonly links: readonly Numbered<ForwardLink>[];
}

/** As in `Engine.gradientProducts`. */
export interface GradientProductJob extends ChainJob {
  readonly kind: 'gradientProducts';
  readonly links: readonly (Omit<Numbered<GradientLink>, 'gradient'> & {
    readonly gradient: number;
    /** Numbers of all wanted parameters. */
    readonly length: number;
  })[];
  /** In the memory that was announced last: the gradients of one link, [images, rowLength]. */
  readonly room: Float32Array;
  readonly rowLength: number;
  /** There too: for each member, [images, images]. */
  readonly sums: Float32Array;
  /** The same in double precision. */
  readonly totals: Float64Array;
}

/** Kernels in the memory that was announced last, in any order. */
export interface KernelJob {
  readonly kind: 'kernels';
  readonly calls: readonly KernelCall[];
  /** One of each member. */
  readonly shares: readonly number[];
}

/** What a member works with. */
export interface MemberTools {
  readonly graphOf: (number: number) => Graph;
  readonly runner: GraphRunner;
  readonly collective: Collective;
}

export function withGraphs<Link extends { readonly graph: number }>(
  links: readonly Link[], { graphOf }: MemberTools,
): (Omit<Link, 'graph'> & { readonly graph: Graph })[] {
  return links.map((link) => ({ ...link, graph: graphOf(link.graph) }));
}

/** A member's rows of an array with a row for each image of the batch. */
export function ownRows(whole: Float32Array, shares: readonly number[], rank: number): Float32Array {
  const sum = (counts: readonly number[]) => counts.reduce((total, images) => total + images, 0);
  const rowLength = whole.length / sum(shares);
  const before = sum(shares.slice(0, rank));
  return whole.subarray(before * rowLength, (before + shares[rank]) * rowLength);
}

/** A member's images. */
export function ownInput({ input, shares }: ChainJob, rank: number): ChainInput {
  return { shape: [shares[rank], ...input.shape.slice(1)], data: ownRows(input.data, shares, rank) };
}

/** A member's part of a kernel job: every so-manieth call. */
export function workKernels({ calls, shares }: KernelJob, { rank }: Collective, kernels: Readonly<Record<string, Kernel>>): void {
  for (let i = rank; i < calls.length; i += shares.length) kernels[calls[i].kernel](...calls[i].parameters);
}
