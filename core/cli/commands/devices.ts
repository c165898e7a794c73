import { listDevices, listingOf, loadDevice } from '../../latency/devices.ts';
import { defineCommand } from '../command.ts';
import { tableLines } from '../table.ts';

export const devices = defineCommand({
  name: 'devices',
  summary: 'List device models, those that come with Pocketformer and your own, and how well they predict',
  details: 'A device model predicts latency on one phone in one way of running networks. The error is the mean absolute '
    + 'percentage error on architectures that were never used for fitting. Your own are those that were calibrated in your library of studies.',
  json: 'One array: [{name, title, runtime, path, measuredBlocks, mapePercent, speaksFor: [sentences]}]',
  options: {},
  examples: ['pocketformer devices', 'pocketformer devices --json'],
  async run(_values, { json, print }) {
    const { personDevices } = await import('../../study/devices/namedDevice.ts');
    const own = personDevices().map(({ name, path }) => ({ ...listingOf(path), name }));
    const all = [...listDevices(), ...own].map((listing) => {
      const { measurements, evaluations, speaksFor } = loadDevice(listing.path);
      return {
        ...listing, measuredBlocks: measurements.blocks, mapePercent: evaluations.at(0)?.errors.mapePercent ?? null, speaksFor,
      };
    });
    if (json) return print(JSON.stringify(all));
    const rows = all.map(({ name, title, measuredBlocks, mapePercent, runtime }) => [
      name, title, String(measuredBlocks), mapePercent === null ? '-' : `${mapePercent.toFixed(2)} %`, runtime,
    ]);
    for (const line of tableLines(columns, rows)) await print(line);
  },
});

const columns = [
  { title: 'name', align: 'left' }, { title: 'device', align: 'left' }, { title: 'measured blocks', align: 'right' },
  { title: 'error', align: 'right' }, { title: 'speaks for', align: 'left' },
] as const;
