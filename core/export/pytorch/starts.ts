import { blockParameters, type Parameter } from '../../network/blockGraph.ts';
import type { Block, BlockType } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import { className } from './blockCalls.ts';
import { blockTensors } from './tensors.ts';

/** Python tables of how the parameters of each class start, and which of them decay, as the blocks' definitions say. */
export function startTables(network: Network): string {
  const types = [...new Set(network.blocks.map(({ type }) => type))];
  const rows = types.map((type) => ({ type, parameters: parametersOf(network, type) }));
  const starts = rows.map(({ type, parameters }) => {
    const entries = [...parameters].flatMap(([name, parameter]) => {
      const start = startOf(parameter, network);
      return start === undefined ? [] : [`"${name}": ${start}`];
    });
    return row(className(type), '{', entries, '}');
  });
  const decayed = rows.map(({ type, parameters }) => {
    const names = [...parameters].filter(([, { decay }]) => decay === true).map(([name]) => `"${name}"`);
    return row(className(type), '[', names, ']');
  });
  return `# How parameters start that are not zero (biases) or made ready by their layer (norms).
STARTS = {
${starts.join('\n')}
}

# Parameters that weight decay applies to.
DECAYED = {
${decayed.join('\n')}
}
`;
}

/** A line of a table, broken where it is long. */
function row(name: string, open: string, entries: readonly string[], close: string): string {
  const line = `    ${name}: ${open}${entries.join(', ')}${close},`;
  return line.length <= 120 ? line : `    ${name}: ${open}\n${entries.map((entry) => `        ${entry},`).join('\n')}\n    ${close},`;
}

/** By their names in PyTorch. Blocks of a type have different parameters, but those of one name are alike. */
function parametersOf(network: Network, type: BlockType): Map<string, Parameter> {
  const all = new Map<string, Parameter>();
  for (const block of network.blocks.filter((one: Block) => one.type === type)) {
    const tensors = blockTensors(block);
    blockParameters(block).forEach((parameter, i) => all.set(tensors[i].torchKey, parameter));
  }
  return all;
}

/** Undefined for what needs no line: zero biases, and norms, which their layers start. */
function startOf({ init, decay, inputs }: Parameter, { trainingStart }: Network): string | undefined {
  switch (decay === true && trainingStart ? trainingStart : init) {
    case 'fanIn': return `fan_in(${inputs ?? ''})`;
    case 'truncatedNormal': return 'truncated_normal(0.02)';
    case 'smallNormal': return 'normal(0.02)';
    case 'standardNormal': return 'normal(1)';
    case 'zeros':
    case 'ones': return undefined;
  }
}
