import { predictLatency } from '../../latency/predict.ts';
import { networkMacs } from '../../network/counts.ts';
import { getSpace } from '../../spaces/index.ts';
import { namedDevice, ownDevicePath } from '../../study/devices/namedDevice.ts';
import { millions, ms } from '../../study/frontsTable.ts';
import { findArchitectures, labelOf } from '../architectures.ts';
import { defineCommand } from '../command.ts';
import { archsOption, deviceKind, spaceOption } from '../commandOptions.ts';
import { required } from '../options.ts';
import { tableLines } from '../table.ts';

export const predict = defineCommand({
  name: 'predict',
  summary: "Predict architectures' latency on a phone",
  details: 'The interval covers the measured latency of networks like those the device model was checked on. For networks '
    + 'with blocks outside what was measured it is wider, and a note says what was never measured.',
  json: 'A line each: {arch, latencyMs, lowMs, highMs, outOfRange: [what was never measured]}',
  options: { space: spaceOption, device: required(deviceKind, 'Device model: a name such as pixel6, or a file'), archs: archsOption },
  examples: [
    'pocketformer predict --space elasticvit --device pixel6 --archs T1',
    'pocketformer predict --space elasticvit --device pixel4 --archs architectures.jsonl --json',
    'pocketformer sample --space elasticvit --count 100 --json | pocketformer predict --space elasticvit --device pixel4 --archs -',
  ],
  async run({ space: spaceId, device, archs: input }, { json, print, note, readStandardInput }) {
    const space = getSpace(spaceId);
    const model = namedDevice(device);
    const { isDoubtful, modelState } = await import('../../study/checks/modelState.ts');
    const state = modelState(model, ownDevicePath(device));
    if (isDoubtful(state)) note(`${model.name}: ${state.text}`);
    const archs = await findArchitectures(space, input, readStandardInput);
    const predictions = archs.map((arch) => {
      const network = space.lower(arch);
      return { arch, macs: networkMacs(network), ...predictLatency(model, network) };
    });
    const outside = predictions.filter(({ outOfRange }) => outOfRange.length > 0);
    if (outside.length > 0) {
      note(`${outside.length} of ${predictions.length} lie outside what was measured for ${model.name}, so the intervals are `
        + `wide; for example ${outside[0].outOfRange.join('; ')}.`);
    }
    if (json) {
      for (const { arch, latencyMs, lowMs, highMs, outOfRange } of predictions) {
        await print(JSON.stringify({ arch, latencyMs, lowMs, highMs, outOfRange }));
      }
      return;
    }
    const rows = predictions.map(({ arch, latencyMs, lowMs, highMs, macs }) =>
      [ms(latencyMs), `${ms(lowMs)} to ${ms(highMs)}`, millions(macs), labelOf(space, arch).text]);
    for (const line of tableLines(columns, rows)) await print(line);
    const { runtime, interval } = model;
    await print('');
    await print(`${model.device.title}: ${runtime.name}, ${runtime.precision}, ${runtime.processor}, threads: ${runtime.threads}; `
      + `${100 * interval.coverage} % intervals.`);
  },
});

const columns = [
  { title: 'latency', align: 'right' }, { title: 'interval', align: 'right' }, { title: 'MACs', align: 'right' },
  { title: 'architecture', align: 'left' },
] as const;
