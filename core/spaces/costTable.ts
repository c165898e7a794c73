import type { Block } from '../network/blocks.ts';
import type { SearchSpace } from './space.ts';
import { stageGraph, type GraphStage, type StageGraph, type StageNode } from './stageGraph.ts';

/**
 * Costs of whole architectures by looking up and adding the costs of their stages, a microsecond or so each, where
 * lowering and pricing every block takes a hundred. Made once for a space, in a second or a few.
 */
export class CostTable<A> {
  readonly #space: SearchSpace<A>;
  readonly #graph: StageGraph;
  /** By stage and node, the option for the choices of its dimensions, counted like digits; -1 where there is none. */
  readonly #options: readonly (readonly Int32Array[])[];
  /** For each dimension, its values and their places. */
  readonly #places: readonly ReadonlyMap<number, number>[];

  /** @param costsOf what some blocks cost, always as many numbers */
  constructor(space: SearchSpace<A>, classes: number, costsOf: (blocks: readonly Block[]) => readonly number[]) {
    this.#space = space;
    this.#graph = stageGraph(space.chain({ classes }), costsOf);
    this.#places = space.dimensions.map(({ values }) => new Map(values.map((value, place) => [value, place])));
    this.#options = this.#graph.stages.map((stage) => stage.nodes.map((node) => this.#optionsByChoice(stage, node)));
  }

  /**
   * Each cost, summed over the architecture's blocks. A new array where `into` is not given.
   * @throws RangeError for an architecture that is not in the space
   */
  costsOf(arch: A, into: Float64Array = new Float64Array(this.#graph.costCount)): Float64Array {
    const { stages, costCount } = this.#graph;
    const values = this.#space.coordinates(arch);
    into.fill(0);
    let at = 0;
    for (let s = 0; s < stages.length; s++) {
      const { dimensions, nodes } = stages[s];
      let digits = 0;
      for (const dimension of dimensions) {
        digits = digits * this.#places[dimension].size + (this.#places[dimension].get(values[dimension]) ?? NaN);
      }
      const option = this.#options[s][at][digits] ?? -1;
      if (option < 0) throw new RangeError(`${this.#space.id} has no architecture ${this.#space.key(arch)}.`);
      const node = nodes[at];
      for (let c = 0; c < costCount; c++) into[c] += node.costs[option * costCount + c];
      at = node.next[option];
    }
    return into;
  }

  #optionsByChoice({ dimensions }: GraphStage, { choices, next }: StageNode): Int32Array {
    const sizes = dimensions.map((dimension) => this.#places[dimension].size);
    const options = new Int32Array(sizes.reduce((product, size) => product * size, 1)).fill(-1);
    for (let option = 0; option < next.length; option++) {
      const digits = sizes.reduce((number, size, d) => number * size + choices[option * sizes.length + d], 0);
      options[digits] = option;
    }
    return options;
  }
}
