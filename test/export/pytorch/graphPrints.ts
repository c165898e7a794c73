import { createHash } from 'node:crypto';
import type { Graph } from '../../../core/graph/graph.ts';
import { blockGraph } from '../../../core/network/blockGraph.ts';
import type { Network } from '../../../core/network/network.ts';

/** A fingerprint of the graph of every block variant that the networks have, by the variant's name. */
export function graphPrints(networks: readonly Network[]): Record<string, string> {
  const graphs = networks.flatMap(({ blocks }) => blocks.map((block) => blockGraph(block)));
  const prints = [...new Map(graphs.map((graph) => [graph.name, print(graph)]))];
  return Object.fromEntries(prints.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function print({ inputs, parameters, tables, outputs, nodes, values }: Graph): string {
  const dims = [...values].map(([name, value]) => [name, value.dims]);
  return createHash('sha256').update(JSON.stringify({ inputs, parameters, tables, outputs, nodes, dims })).digest('hex').slice(0, 12);
}
