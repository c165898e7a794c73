import type { Random } from '../base/random.ts';
import { blockMacs } from '../network/counts.ts';
import type { SearchSpace } from './space.ts';
import { stageGraph, type GraphStage, type StageGraph, type StageNode } from './stageGraph.ts';

export interface MacsSamplerOptions<A> {
  /** Only architectures with every choice at least as large as this one's. */
  readonly atLeast?: A;
  /** Nothing above is ever asked for, which saves time and memory. */
  readonly maxMacs?: number;
  /** Narrowest window that is asked for. */
  readonly windowMacs?: number;
  readonly classes?: number;
}

/** Rounding each stage to a bin moves a sum by a few bins: then few draws beside a window's ends have to be thrown away. */
const binsPerWindow = 32;
const defaultBins = 4096;
/** Narrower windows are met by throwing more draws away. */
const maxBins = 2 ** 16;
/** Of draws in a row outside a window's exact ends before it counts as empty. */
const maxTries = 1000;

/**
 * Draws architectures with MACs inside a window, each equally likely, at microseconds a draw.
 *
 * Uniform sampling and rejection, as in the ElasticViT release, hardly ever meets the small windows (0.03 % of the
 * space has at most 100 M MACs), so it needs tables drawn beforehand. Here the ways to complete an architecture are
 * counted instead, from the last stage to the first, by their MACs rounded to bins; a draw then walks forward, taking each option in
 * proportion to the completions that it leaves. Rounding widens the window a little, and what falls outside its exact
 * ends is drawn again, which leaves the rest uniform.
 */
export class MacsSampler<A> {
  readonly #space: SearchSpace<A>;
  readonly #graph: StageGraph;
  readonly #bins: number;
  readonly #binMacs: number;
  /** By stage and node, the number of ways to complete an architecture with the MACs of a bin; one stage more than the graph has. */
  readonly #completions: readonly (readonly Float64Array[])[];
  /** By stage and node, the options within the bounds, and the bins that their blocks take. */
  readonly #options: readonly (readonly NodeOptions[])[];

  constructor(space: SearchSpace<A>, options: MacsSamplerOptions<A> = {}) {
    const { maxMacs, windowMacs, atLeast, classes } = options;
    this.#space = space;
    this.#graph = macsGraph(space, classes);
    const top = maxMacs ?? largestTotal(this.#graph);
    this.#binMacs = windowMacs === undefined ? top / defaultBins : Math.max(top / maxBins, windowMacs / binsPerWindow);
    this.#bins = Math.ceil(top / this.#binMacs) + this.#graph.stages.length;
    const least = atLeast === undefined ? undefined : choiceIndices(space, atLeast);
    this.#options = this.#graph.stages.map((stage) => stage.nodes.map((node) => optionsWithin(stage, node, least, this.#binMacs)));
    this.#completions = this.#countCompletions();
  }

  /** About how many architectures have MACs inside a window; exact but for what rounding moves across its ends. */
  count(fromMacs: number, toMacs: number): number {
    const [whole] = this.#completions[0];
    let sum = 0;
    for (let bin = Math.max(0, Math.round(fromMacs / this.#binMacs)); bin <= Math.min(this.#bins - 1, Math.round(toMacs / this.#binMacs)); bin++) sum += whole[bin];
    return sum;
  }

  /** The MACs that a share of all architectures keep below, to within a bin. */
  quantile(share: number): number {
    const [whole] = this.#completions[0];
    let rest = share * whole.reduce((sum, ways) => sum + ways, 0);
    const bin = whole.findIndex((ways) => (rest -= ways) < 0);
    return (bin < 0 ? this.#bins : bin) * this.#binMacs;
  }

  /** One of the architectures with `fromMacs` to `toMacs`, ends included; undefined when there is none. */
  draw(fromMacs: number, toMacs: number, random: Random): A | undefined {
    const slack = this.#graph.stages.length / 2;
    const first = Math.max(0, Math.floor(fromMacs / this.#binMacs - slack));
    const last = Math.min(this.#bins - 1, Math.ceil(toMacs / this.#binMacs + slack));
    const [whole] = this.#completions[0];
    let ways = 0;
    for (let bin = first; bin <= last; bin++) ways += whole[bin];
    if (ways === 0) return undefined;
    const indices = new Array<number>(this.#space.dimensions.length).fill(0);
    for (let tries = 0; tries < maxTries; tries++) {
      let bin = first;
      for (let rest = random.uniform() * ways; bin < last && (rest -= whole[bin]) >= 0;) bin++;
      if (whole[bin] === 0) continue;
      const macs = this.#walk(bin, indices, random);
      if (macs >= fromMacs && macs <= toMacs) return this.#space.fromCoordinates(indices.map((index, i) => this.#space.dimensions[i].values[index]));
    }
    return undefined;
  }

  /** Fills in a path whose rounded MACs are those of `bin`. @returns its exact MACs */
  #walk(bin: number, indices: number[], random: Random): number {
    let node = 0;
    let macs = 0;
    for (const [s, stage] of this.#graph.stages.entries()) {
      const { options, bins } = this.#options[s][node];
      const { next, costs, choices } = stage.nodes[node];
      const after = this.#completions[s + 1];
      let rest = random.uniform() * this.#completions[s][node][bin];
      let taken = -1;
      for (let i = 0; i < options.length; i++) {
        const left = bin - bins[i];
        if (left < 0) continue;
        const ways = after[next[options[i]]][left];
        if (ways === 0) continue;
        taken = i;
        if ((rest -= ways) < 0) break;
      }
      const option = options[taken];
      const width = stage.dimensions.length;
      for (let d = 0; d < width; d++) indices[stage.dimensions[d]] = choices[option * width + d];
      bin -= bins[taken];
      macs += costs[option];
      node = next[option];
    }
    return macs;
  }

  #countCompletions(): Float64Array[][] {
    const end = new Float64Array(this.#bins);
    end[0] = 1;
    const all: Float64Array[][] = [[end]];
    for (let s = this.#graph.stages.length - 1; s >= 0; s--) {
      const [after] = all;
      all.unshift(this.#graph.stages[s].nodes.map(({ next }, n) => {
        const ways = new Float64Array(this.#bins);
        const { options, bins } = this.#options[s][n];
        for (let i = 0; i < options.length; i++) {
          const completions = after[next[options[i]]];
          const shift = bins[i];
          for (let bin = shift; bin < this.#bins; bin++) ways[bin] += completions[bin - shift];
        }
        return ways;
      }));
    }
    return all;
  }
}

interface NodeOptions {
  readonly options: Int32Array;
  readonly bins: Int32Array;
}

function optionsWithin({ dimensions }: GraphStage, { choices, next, costs }: StageNode, least: readonly number[] | undefined, binMacs: number): NodeOptions {
  const options = Int32Array.from(next.keys()).filter((option) => least === undefined
    || dimensions.every((dimension, d) => choices[option * dimensions.length + d] >= least[dimension]));
  return { options, bins: options.map((option) => Math.round(costs[option] / binMacs)) };
}

/** For each dimension, which of its values an architecture has. */
export function choiceIndices<A>(space: SearchSpace<A>, arch: A): number[] {
  return space.coordinates(arch).map((value, i) => space.dimensions[i].values.indexOf(value));
}

const graphs = new WeakMap<object, Map<number, StageGraph>>();

/** A space's stages with their MACs; made once for each number of classes. */
function macsGraph<A>(space: SearchSpace<A>, classes = space.defaultClasses): StageGraph {
  let known = graphs.get(space);
  if (!known) graphs.set(space, known = new Map());
  let graph = known.get(classes);
  if (!graph) {
    graph = stageGraph(space.chain({ classes }), (blocks) => [blocks.reduce((sum, block) => sum + blockMacs(block), 0)]);
    known.set(classes, graph);
  }
  return graph;
}

/** The most that a path costs. */
function largestTotal({ stages }: StageGraph): number {
  let after = [0];
  for (const { nodes } of stages.toReversed()) {
    after = nodes.map(({ next, costs }) => costs.reduce((most, cost, i) => Math.max(most, cost + after[next[i]]), 0));
  }
  return after[0];
}
