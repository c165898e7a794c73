import type { EngineInfo } from '../../engine/engine.ts';
import { defineCommand } from '../command.ts';
import { engineOption } from '../commandOptions.ts';
import { tableLines } from '../table.ts';
import { linkTensorflowCommand } from './linkTensorflow.ts';

export const engines = defineCommand({
  name: 'engines',
  summary: 'List the engines that compute, and which one is used',
  json: 'One array: [{id, version, device, threads, available, inUse, reason, remedy}]; reason and remedy are null for those that are available',
  options: { engine: engineOption },
  examples: ['pocketformer engines', 'pocketformer engines --json', 'pocketformer engines link-tensorflow ~/libtensorflow'],
  subcommands: { 'link-tensorflow': linkTensorflowCommand },
  async run({ engine }, { json, print }) {
    const { chooseEngine, listEngines } = await import('../../engine/engines.ts');
    const all = await listEngines();
    const used = engine === 'auto' ? chooseEngine(all).id : engine;
    const listed = all.map(({ id, version, device, threads, available, reason, remedy }) => ({
      id, version, device, threads, available, inUse: available && id === used, reason: reason ?? null, remedy: remedy ?? null,
    }));
    if (json) return print(JSON.stringify(listed));
    const rows = listed.map(({ id, version, device, threads, available, inUse }) => [
      id, version, device, String(threads), inUse ? 'in use' : available ? 'available' : 'unavailable',
    ]);
    for (const line of tableLines(columns, rows)) await print(line);
    for (const info of all.filter(({ available }) => !available)) await print(`\n${whyNot(info)}`);
  },
});

const columns = [
  { title: 'engine', align: 'left' }, { title: 'version', align: 'left' }, { title: 'device', align: 'left' },
  { title: 'threads', align: 'right' }, { title: 'state', align: 'left' },
] as const;

const whyNot = ({ id, reason, remedy }: EngineInfo) => `${id}: ${reason}\n${remedy}`;
