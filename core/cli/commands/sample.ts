import { InputError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import { loadDevice } from '../../latency/devices.ts';
import { predictLatency } from '../../latency/predict.ts';
import { networkParams } from '../../network/blockGraph.ts';
import { networkMacs } from '../../network/counts.ts';
import { getSpace } from '../../spaces/index.ts';
import type { SearchSpace } from '../../spaces/index.ts';
import { millions, ms } from '../../study/frontsTable.ts';
import { within } from '../amounts.ts';
import type { AmountRange } from '../amounts.ts';
import { labelOf } from '../architectures.ts';
import { defineCommand } from '../command.ts';
import { deviceKind, seedOption, spaceOption } from '../commandOptions.ts';
import { amountRange, optional, positiveNumber, required, wholeNumber } from '../options.ts';
import { startSampling } from '../sampling.ts';
import { tableLines } from '../table.ts';

export const sample = defineCommand({
  name: 'sample',
  summary: 'Draw architectures at random, within limits',
  details: 'Draws are uniform among the architectures within the limits, with repetition. Where fewer than about one in 1000 '
    + 'architectures is within the limits, draws are pushed towards small and large networks by random amounts to find some: '
    + 'then they are no longer uniform, and a note says so. The same seed gives the same architectures, and a larger count '
    + 'only adds to them. MACs, parameters and latency are those at the resolution of the architecture and with the '
    + "space's number of classes.",
  json: 'One architecture a line',
  options: {
    space: spaceOption,
    count: required(wholeNumber('N', 1, 1_000_000), 'How many'),
    macs: optional(amountRange, 'Only those with so many multiply-accumulates; an end may be left out'),
    params: optional(amountRange, 'Only those with so many parameters'),
    device: optional(deviceKind, 'With --max-ms: the device model that predicts latency'),
    maxMs: optional(positiveNumber('X', 'milliseconds'), 'Only those predicted to be at least this fast on --device'),
    seed: seedOption,
  },
  examples: [
    'pocketformer sample --space elasticvit --count 10 --macs 100M:300M',
    'pocketformer sample --space elasticvit --count 5 --device pixel6 --max-ms 20 --seed 7',
    'pocketformer sample --space elasticvit --count 100 --json | pocketformer predict --space elasticvit --device pixel4 --archs -',
  ],
  async run({ space: spaceId, count, macs, params, device, maxMs, seed }, { json, print, note }) {
    const space = getSpace(spaceId);
    if ((device === undefined) !== (maxMs === undefined)) {
      throw new InputError('usage', `sample: --device and --max-ms go together; ${device === undefined ? '--device' : '--max-ms'} is missing.`);
    }
    requireReachable(space, 'MACs', macs, networkMacs);
    requireReachable(space, 'parameters', params, networkParams);
    const model = device === undefined ? undefined : loadDevice(device);
    const describe = (arch: unknown) => {
      const network = space.lower(arch);
      return {
        macs: networkMacs(network), params: networkParams(network),
        latencyMs: model && predictLatency(model, network).latencyMs,
      };
    };
    const accept = (arch: unknown) => {
      const network = space.lower(arch);
      return (macs === undefined || within(networkMacs(network), macs))
        && (params === undefined || within(networkParams(network), params))
        && (model === undefined || maxMs === undefined || predictLatency(model, network).latencyMs <= maxMs);
    };
    const sampling = startSampling(space, new Random(seed).fork('sample'), accept);
    if (!sampling.isUniform) note('Few architectures are within these limits, so the draws are not uniform among them.');
    const archs = Array.from({ length: count }, () => sampling.next());
    if (json) {
      for (const arch of archs) await print(JSON.stringify(arch));
      return;
    }
    const latency = model === undefined ? [] : [{ title: model.name, align: 'right' } as const];
    const rows = archs.map((arch) => {
      const { macs, params, latencyMs } = describe(arch);
      return [millions(macs), millions(params), ...(latencyMs === undefined ? [] : [ms(latencyMs)]), labelOf(space, arch).text];
    });
    for (const line of tableLines([...columns, ...latency, { title: 'architecture', align: 'left' }], rows)) await print(line);
  },
});

const columns = [{ title: 'MACs', align: 'right' }, { title: 'parameters', align: 'right' }] as const;

/** Both counts grow with every choice, so the space's ends bound them. */
function requireReachable(
  space: SearchSpace, what: string, range: AmountRange | undefined, count: (network: ReturnType<SearchSpace['lower']>) => number,
): void {
  if (range === undefined) return;
  const [least, most] = [space.smallest, space.largest].map((arch) => count(space.lower(arch)));
  if (range.max < least || range.min > most) {
    throw new InputError('nothing-found',
      `No architecture of ${space.id} has so many ${what}; the space reaches from ${millions(least)} to ${millions(most)}.`);
  }
}
