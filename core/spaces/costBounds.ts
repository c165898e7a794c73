import type { Block } from '../network/blocks.ts';
import type { SearchSpace } from './space.ts';
import { stageGraph, type StageGraph } from './stageGraph.ts';

/** From and to, ends included. */
export type CostWindow = readonly [from: number, to: number];

/** Options looked at until a search for an architecture gives up, in some tenths of a second. */
const mostOptions = 500_000;

/** What a space's architectures cost at least and at most, and whether any lies inside limits. */
export class CostBounds<A> {
  readonly #graph: StageGraph;
  /** By stage and node, what completing an architecture from there costs, [costs]; one stage more than the graph has. */
  readonly #least: readonly (readonly Float64Array[])[];
  readonly #most: readonly (readonly Float64Array[])[];

  /** @param costsOf what some blocks cost, always as many numbers; whole ones, so that sums are exact */
  constructor(space: SearchSpace<A>, classes: number, costsOf: (blocks: readonly Block[]) => readonly number[]) {
    this.#graph = stageGraph(space.chain({ classes }), costsOf);
    this.#least = completions(this.#graph, Math.min);
    this.#most = completions(this.#graph, Math.max);
  }

  /** The least and the most that an architecture costs. */
  range(cost: number): CostWindow {
    return [this.#least[0][0][cost], this.#most[0][0][cost]];
  }

  /**
   * Whether an architecture has each cost inside its window. Walks through the stages, leaves out what cannot be completed inside,
   * and takes first what leaves the windows in the middle of what can follow; undefined when that takes too long to tell.
   * @param windows one for each cost
   */
  holds(windows: readonly CostWindow[]): boolean | undefined {
    let looked = 0;
    const walk = (stage: number, node: number, spent: readonly number[]): boolean | undefined => {
      if (stage === this.#graph.stages.length) return true;
      const { next, costs } = this.#graph.stages[stage].nodes[node];
      const open: { option: number; sums: number[]; distance: number }[] = [];
      for (let option = 0; option < next.length; option++) {
        if (++looked > mostOptions) return undefined;
        const sums = spent.map((sum, c) => sum + costs[option * spent.length + c]);
        const distance = this.#distance(stage + 1, next[option], sums, windows);
        if (distance !== undefined) open.push({ option, sums, distance });
      }
      for (const { option, sums } of open.sort((a, b) => a.distance - b.distance)) {
        const found = walk(stage + 1, next[option], sums);
        if (found !== false) return found;
      }
      return false;
    };
    return walk(0, 0, windows.map(() => 0));
  }

  /** How far the windows are from the middle of the totals that can follow, by their width; undefined when some is out of reach. */
  #distance(stage: number, node: number, sums: readonly number[], windows: readonly CostWindow[]): number | undefined {
    let distance = 0;
    for (let c = 0; c < sums.length; c++) {
      const [from, to] = windows[c];
      const least = sums[c] + this.#least[stage][node][c];
      const most = sums[c] + this.#most[stage][node][c];
      if (least > to || most < from) return undefined;
      const middle = (Math.max(from, least) + Math.min(to, most)) / 2;
      if (most > least) distance += Math.abs(middle - (least + most) / 2) / (most - least);
    }
    return distance;
  }
}

function completions({ stages, costCount }: StageGraph, choose: (a: number, b: number) => number): Float64Array[][] {
  const all = [[new Float64Array(costCount)]];
  for (const { nodes } of stages.toReversed()) {
    const [after] = all;
    all.unshift(nodes.map(({ next, costs }) => Float64Array.from({ length: costCount }, (_, c) =>
      Array.from(next, (node, option) => costs[option * costCount + c] + after[node][c]).reduce((best, total) => choose(best, total)))));
  }
  return all;
}
