import type { GraphBuilder } from '../../graph/builder.ts';
import type { ConvActivation } from '../blocks.ts';

interface Activated {
  readonly activation?: ConvActivation;
}

/**
 * What a block does to each number after a batch norm. ReLU6 is spelled as the difference of two ReLUs, which every engine runs and
 * differentiates; files have it as one Clip (export/passes/clips.ts).
 */
export function activate(graph: GraphBuilder, x: string, { activation }: Activated): string {
  if (activation === undefined) return graph.add('HardSwish', [x]);
  return graph.minus(graph.add('Relu', [x]), graph.add('Relu', [graph.minus(x, 6)]));
}

/** The activation's part in the name of a graph's variant; nothing for hard-swish. */
export const activationVariant = ({ activation }: Activated): string => (activation === undefined ? '' : ` ${activation}`);
