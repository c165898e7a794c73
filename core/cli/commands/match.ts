import { matchLatency } from '../../latency/match/matchLatency.ts';
import { networkParams } from '../../network/blockGraph.ts';
import { networkMacs } from '../../network/counts.ts';
import { getSpace } from '../../spaces/index.ts';
import { namedDevice } from '../../study/devices/namedDevice.ts';
import { millions, ms } from '../../study/frontsTable.ts';
import { labelOf } from '../architectures.ts';
import { defineCommand } from '../command.ts';
import { deviceKind, spaceKind } from '../commandOptions.ts';
import { optional, positiveNumber, required, wholeNumber } from '../options.ts';
import { tableLines } from '../table.ts';

export const match = defineCommand({
  name: 'match',
  summary: 'Scale a hand-designed network to a latency, to compare searched ones with',
  details: 'Of a family (deit, mobilenetv2 and their mini forms), the member whose predicted latency is as near to the target as possible from below: '
    + "MobileNetV2's width multiplier follows the target; of DeiT the heads do, 64 channels each, at twelve layers, and then the layers.",
  json: 'One object: {space, device, targetMs, arch, latencyMs, lowMs, highMs, params, macs, outOfRange: [what was never measured], '
    + 'next: {arch, latencyMs} of the next slower one or null}',
  options: {
    space: required(spaceKind, 'Family, e.g. mobilenetv2'),
    device: required(deviceKind, 'Device model: a name such as pixel6, or a file'),
    latency: required(positiveNumber('MS', 'milliseconds'), 'Latency that the network may take, in ms'),
    resolution: optional(wholeNumber('N', 1), "Height and width of the images in pixels (default: the published network's)"),
  },
  examples: [
    'pocketformer match --space mobilenetv2 --device pixel6 --latency 12',
    'pocketformer match --space deit --device pixel6 --latency 40 --json',
  ],
  async run({ space: spaceId, device, latency: targetMs, resolution }, { json, print, note }) {
    const space = getSpace(spaceId);
    const model = namedDevice(device);
    const { arch, network, prediction, next } = matchLatency(space, model, targetMs, resolution === undefined ? {} : { resolution });
    const { latencyMs, lowMs, highMs, outOfRange } = prediction;
    const [params, macs] = [networkParams(network), networkMacs(network)];
    if (outOfRange.length > 0) note(`It lies outside what was measured for ${model.name}, so the interval is wide: ${outOfRange.join('; ')}.`);
    if (json) {
      return print(JSON.stringify({
        space: space.id, device: model.name, targetMs, arch, latencyMs, lowMs, highMs, params, macs, outOfRange,
        next: next ? { arch: next.arch, latencyMs: next.prediction.latencyMs } : null,
      }));
    }
    const rows = [[ms(latencyMs), `${ms(lowMs)} to ${ms(highMs)}`, millions(params), millions(macs), labelOf(space, arch).text]];
    for (const line of tableLines(columns, rows)) await print(line);
    await print('');
    await print(`Architecture: ${JSON.stringify(arch)}`);
    if (next) await print(`Next slower: ${labelOf(space, next.arch).text}, ${ms(next.prediction.latencyMs)}`);
  },
});

const columns = [
  { title: 'latency', align: 'right' }, { title: 'interval', align: 'right' }, { title: 'parameters', align: 'right' }, { title: 'MACs', align: 'right' },
  { title: 'architecture', align: 'left' },
] as const;
