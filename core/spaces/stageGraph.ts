import type { Block } from '../network/blocks.ts';
import type { StageChain, StageContext } from './stageChain.ts';

/** One context of a stage, with everything that can be chosen there. */
export interface StageNode {
  /** Which values the dimensions take, [options, dimensions of the stage]. */
  readonly choices: Uint8Array;
  /** By option, the node of the next stage that it leads to; of the last stage, 0. */
  readonly next: Int32Array;
  /** What the option's blocks cost, [options, costs]. */
  readonly costs: Float64Array;
}

export interface GraphStage {
  readonly dimensions: readonly number[];
  readonly nodes: readonly StageNode[];
}

/** A chain with all its contexts spelled out and every block priced: architectures are paths from the first stage's only node. */
export interface StageGraph {
  readonly stages: readonly GraphStage[];
  /** Numbers that `costsOf` gives. */
  readonly costCount: number;
}

/**
 * Spells a chain out.
 * @param costsOf what some blocks cost, always as many numbers; costs of a network are the sums over its blocks
 */
export function stageGraph(chain: StageChain, costsOf: (blocks: readonly Block[]) => readonly number[]): StageGraph {
  const costCount = costsOf([]).length;
  let contexts: readonly StageContext[] = [chain.start];
  const stages = chain.stages.map((stage, index): GraphStage => {
    const isLast = index === chain.stages.length - 1;
    const following = new Map<string, number>();
    const nextContexts: StageContext[] = [];
    const numberOf = (context: StageContext) => {
      let number = following.get(context.key);
      if (number === undefined) {
        following.set(context.key, number = nextContexts.length);
        nextContexts.push(context);
      }
      return number;
    };
    const nodes = contexts.map((context): StageNode => {
      const options = stage.options(context);
      const node = {
        choices: new Uint8Array(options.length * stage.dimensions.length), next: new Int32Array(options.length),
        costs: new Float64Array(options.length * costCount),
      };
      options.forEach(({ choices, next, blocks }, i) => {
        node.choices.set(choices, i * stage.dimensions.length);
        node.next[i] = isLast ? 0 : numberOf(next);
        node.costs.set(costsOf(blocks), i * costCount);
      });
      return node;
    });
    contexts = nextContexts;
    return { dimensions: stage.dimensions, nodes };
  });
  return { stages, costCount };
}
