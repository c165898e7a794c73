import { getSpace, spaceIds } from '../../spaces/index.ts';
import { defineCommand } from '../command.ts';
import { tableLines } from '../table.ts';

export const spaces = defineCommand({
  name: 'spaces',
  summary: 'List the search spaces and their published networks',
  json: 'One array: [{id, title, size, resolutions, classes, networks: [names]}]. Sizes are exact integers, some beyond 2^53.',
  options: {},
  examples: ['pocketformer spaces', 'pocketformer spaces --json'],
  async run(_values, { json, print }) {
    const all = spaceIds.map(getSpace);
    if (json) return print(`[${all.map(spaceJson).join(',')}]`);
    const rows = all.map(({ id, size, resolutions, defaultClasses, networks }) => [
      id, Number(size).toExponential(1), `${resolutions.length > 1 ? `${resolutions[0]} to ` : ''}${resolutions.at(-1)} px`, String(defaultClasses),
      Object.keys(networks).join(', '),
    ]);
    for (const line of tableLines(columns, rows)) await print(line);
    await print('');
    for (const { id, title } of all) await print(`${id}: ${title}`);
  },
});

const columns = [
  { title: 'space', align: 'left' }, { title: 'architectures', align: 'right' }, { title: 'images', align: 'right' },
  { title: 'classes', align: 'right' }, { title: 'networks', align: 'left' },
] as const;

/** JSON.stringify knows no integers beyond 2^53, so the size is put in as text. */
function spaceJson({ id, title, size, resolutions, defaultClasses, networks }: ReturnType<typeof getSpace>): string {
  const rest = JSON.stringify({ id, title, resolutions, classes: defaultClasses, networks: Object.keys(networks) });
  return `${rest.slice(0, -1)},"size":${size}}`;
}
