import { blockParams, networkParams } from '../../network/blockGraph.ts';
import { choicesText } from '../../network/choices.ts';
import { blockMacs, networkMacs } from '../../network/counts.ts';
import type { Network } from '../../network/network.ts';
import { findArchitecture, getSpace } from '../../spaces/index.ts';
import { labelOf } from '../architectures.ts';
import { defineCommand } from '../command.ts';
import { archOption, classesOption, resolutionOption, spaceOption } from '../commandOptions.ts';
import { grouped, tableLines } from '../table.ts';

export const describe = defineCommand({
  name: 'describe',
  summary: 'Show an architecture block by block, with its parameters and MACs',
  details: 'MACs are the multiply-accumulates of one image in convolutions, linear layers and attention products. Where a '
    + "space's publications count otherwise, their counts are shown too, by name.",
  json: 'One object: {space, name, arch, resolution, classes, params, macs, publishedCounts, blocks: [{name, type, params, macs, ...}]}',
  options: { space: spaceOption, arch: archOption, resolution: resolutionOption, classes: classesOption },
  examples: [
    'pocketformer describe --space elasticvit --arch T1',
    'pocketformer describe --space elasticvit --arch my-network.json --resolution 192 --json',
  ],
  async run({ space: spaceId, arch: input, resolution, classes }, { json, print }) {
    const space = getSpace(spaceId);
    const arch = await findArchitecture(space, input);
    const network = space.lower(arch, { resolution, classes });
    const publishedCounts = Object.fromEntries(Object.entries(space.publishedCounters)
      .map(([name, count]) => [name, count(network)]));
    const [params, macs] = [networkParams(network), networkMacs(network)];
    const label = labelOf(space, arch);
    if (json) {
      const blocks = network.blocks.map((block) => ({ ...block, params: blockParams(block), macs: blockMacs(block) }));
      return print(JSON.stringify({
        space: space.id, name: label.name ?? null, arch, resolution: network.resolution, classes: network.classes, params,
        macs, publishedCounts, blocks,
      }));
    }
    await print(`${label.text} of ${space.id}, ${network.resolution} px, ${network.classes} classes`);
    await print(`parameters  ${grouped(params)}`);
    await print(`MACs        ${grouped(macs)}`);
    for (const [name, count] of Object.entries(publishedCounts)) await print(`            ${grouped(count)} as counted by ${name}`);
    await print('');
    for (const line of blockTable(network)) await print(line);
  },
});

const columns = [
  { title: 'block', align: 'left' }, { title: 'type', align: 'left' }, { title: 'output', align: 'right' },
  { title: 'settings', align: 'left' }, { title: 'parameters', align: 'right' }, { title: 'MACs', align: 'right' },
] as const;

function blockTable({ blocks }: Network): string[] {
  return tableLines(columns, blocks.map((block) => {
    const { channels, height, width, extraTokens = 0 } = block.output;
    return [
      block.name, block.type, `${channels} x ${height} x ${width}${extraTokens > 0 ? ` + ${extraTokens}` : ''}`, choicesText(block), grouped(blockParams(block)),
      grouped(blockMacs(block)),
    ];
  }));
}
