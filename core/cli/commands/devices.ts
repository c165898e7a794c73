import { listDevices, listingOf, loadDevice } from '../../latency/devices.ts';
import { defineCommand } from '../command.ts';
import { tableLines } from '../table.ts';

export const devices = defineCommand({
  name: 'devices',
  summary: 'List device models, those that come with Pocketformer and your own, and how well they predict',
  details: 'A device model predicts latency on one phone in one way of running networks. The error is the mean absolute '
    + 'percentage error on architectures that were never used for fitting. Networks that were measured later ("pocketformer measure") tell whether the model still fits. Your own are those that were calibrated in your library of studies.',
  json: 'One array: [{name, title, runtime, path, measuredBlocks, mapePercent, verdict: fits, biased, stale or untested, state: sentence, speaksFor: [sentences]}]',
  options: {},
  examples: ['pocketformer devices', 'pocketformer devices --json'],
  async run(_values, { json, print }) {
    const { personDevices } = await import('../../study/devices/namedDevice.ts');
    const { isDoubtful, modelState } = await import('../../study/checks/modelState.ts');
    const own = personDevices().map(({ name, path }) => ({ ...listingOf(path), name }));
    const all = [...listDevices(), ...own].map((listing) => {
      const model = loadDevice(listing.path);
      const { measurements, evaluations, speaksFor } = model;
      const { verdict, text: state } = modelState(model, own.some(({ path }) => path === listing.path) ? listing.path : undefined);
      return {
        ...listing, measuredBlocks: measurements.blocks, mapePercent: evaluations.at(0)?.errors.mapePercent ?? null, verdict, state, speaksFor,
      };
    });
    if (json) return print(JSON.stringify(all));
    const rows = all.map(({ name, title, measuredBlocks, mapePercent, verdict, runtime }) => [
      name, title, String(measuredBlocks), mapePercent === null ? '-' : `${mapePercent.toFixed(2)} %`, verdict, runtime,
    ]);
    for (const line of tableLines(columns, rows)) await print(line);
    for (const { name, state } of all.filter(isDoubtful)) await print(`${name}: ${state}`);
  },
});

const columns = [
  { title: 'name', align: 'left' }, { title: 'device', align: 'left' }, { title: 'measured blocks', align: 'right' },
  { title: 'error', align: 'right' }, { title: 'measured later', align: 'left' }, { title: 'speaks for', align: 'left' },
] as const;
