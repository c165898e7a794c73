import { defineCommand } from '../command.ts';
import { engineOption } from '../commandOptions.ts';
import { tableLines } from '../table.ts';

export const engines = defineCommand({
  name: 'engines',
  summary: 'List the engines that compute, and which one is used',
  json: 'One array: [{id, version, device, threads, available, inUse, reason}]; reason is null for those that are available',
  options: { engine: engineOption },
  examples: ['pocketformer engines', 'pocketformer engines --json'],
  async run({ engine }, { json, print }) {
    const { listEngines } = await import('../../engine/engines.ts');
    const all = listEngines();
    const used = all.find(({ id, available }) => available && (engine === 'auto' || id === engine))?.id;
    const listed = all.map(({ id, version, device, threads, available, reason }) =>
      ({ id, version, device, threads, available, inUse: id === used, reason: reason ?? null }));
    if (json) return print(JSON.stringify(listed));
    const rows = listed.map(({ id, version, device, threads, available, inUse, reason }) => [
      id, version, device, String(threads), inUse ? 'in use' : available ? 'available' : 'unavailable', reason ?? '',
    ]);
    for (const line of tableLines(columns, rows)) await print(line);
  },
});

const columns = [
  { title: 'engine', align: 'left' }, { title: 'version', align: 'left' }, { title: 'device', align: 'left' },
  { title: 'threads', align: 'right' }, { title: 'state', align: 'left' }, { title: 'reason', align: 'left' },
] as const;
