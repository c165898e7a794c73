import { bindFeeds } from '../../graph/graph.ts';
import type { ChainInput, ForwardLink, Statistics } from '../engine.ts';
import { inspect, type DeviceData } from './deviceData.ts';
import type { GraphRunner } from './graphRunner.ts';
import type { HostTensor } from './graphSession.ts';
import { LiveBlocks } from './liveBlocks.ts';

/**
 * Runs a chain of graphs forward, without tfjs.
 * @param onStatistics called for each link with what its graph yields beside its result
 * @returns the result in the order of its axes
 */
export function runForward(
  runner: GraphRunner, links: readonly ForwardLink[], input: ChainInput, onStatistics?: (link: number, statistics: Statistics) => void,
): Float32Array {
  const { arena, kernels } = runner.device;
  const blocks = new LiveBlocks(arena);
  const valuesOf = (data: DeviceData) => inspect(data, arena, kernels, (values) => values.slice());
  try {
    let x = blocks.place(input.shape, (values) => values.set(input.data));
    for (const [i, { graph, parameters, tables }] of links.entries()) {
      const feeds: Record<string, DeviceData | HostTensor> = { ...tables, [graph.inputs[0]]: x };
      const placed = parameters.map(({ name, shape, values }) => feeds[name] = blocks.place(shape, (to) => to.set(values)));
      const sizes = new Map<string, number>();
      bindFeeds(graph, feeds, sizes);
      const results = runner.run(runner.inference(graph), feeds, sizes);
      results.forEach(({ address }) => blocks.adopt(address));
      onStatistics?.(i, Object.fromEntries(results.slice(1).map((result, output) => [graph.outputs[output + 1], valuesOf(result)])));
      for (const { address } of [x, ...placed, ...results.slice(1)]) blocks.free(address);
      [x] = results;
    }
    return valuesOf(x);
  } finally {
    blocks.freeAll();
  }
}
