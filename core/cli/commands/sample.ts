import { InputError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import { predictLatency } from '../../latency/predict.ts';
import { networkParams } from '../../network/blockGraph.ts';
import { networkMacs } from '../../network/counts.ts';
import type { Network } from '../../network/network.ts';
import { getSpace } from '../../spaces/index.ts';
import type { SearchSpace } from '../../spaces/index.ts';
import { namedDevice } from '../../study/devices/namedDevice.ts';
import { millions, ms } from '../../study/frontsTable.ts';
import { ProgressBar } from '../../study/progressBar.ts';
import type { AmountRange } from '../amounts.ts';
import { labelOf } from '../architectures.ts';
import { defineCommand } from '../command.ts';
import type { Surroundings } from '../command.ts';
import { deviceKind, seedOption, spaceOption } from '../commandOptions.ts';
import { amountRange, optional, positiveNumber, required, wholeNumber } from '../options.ts';
import { startSampling } from '../sampling.ts';
import { tableLines } from '../table.ts';

/** Something counted or predicted of a network that must lie in a range. */
interface Limit {
  readonly range: AmountRange;
  readonly measure: (network: Network) => number;
}

export const sample = defineCommand({
  name: 'sample',
  summary: 'Draw architectures at random, within limits',
  details: 'Draws are uniform among the architectures within the limits, with repetition; without a limit of MACs they '
    + "are as the space's publication has them, which for AutoFormer makes every depth equally likely. Where fewer than about one in 1000 of "
    + 'those with so many MACs keeps the other limits, draws are pushed towards small or large networks by random amounts and changed '
    + 'until they fit: then they are no longer uniform, and a note says so. The same seed gives the same architectures, and a '
    + 'larger count only adds to them. MACs, parameters and latency are those at the resolution of the architecture and with '
    + "the space's number of classes.",
  json: 'One architecture a line',
  options: {
    space: spaceOption,
    count: required(wholeNumber('N', 1, 1_000_000), 'How many'),
    macs: optional(amountRange, 'Only those with so many multiply-accumulates; an end may be left out'),
    params: optional(amountRange, 'Only those with so many parameters'),
    device: optional(deviceKind, 'With --max-ms: the device model that predicts latency'),
    maxMs: optional(positiveNumber('X', 'milliseconds'), 'Only those predicted to take at most X ms on --device'),
    seed: seedOption,
  },
  examples: [
    'pocketformer sample --space elasticvit --count 10 --macs 100M:300M',
    'pocketformer sample --space elasticvit --count 5 --device pixel6 --max-ms 20 --seed 7',
    'pocketformer sample --space elasticvit --count 100 --json | pocketformer predict --space elasticvit --device pixel4 --archs -',
  ],
  async run({ space: spaceId, count, macs, params, device, maxMs, seed }, surroundings) {
    const { json, print, note } = surroundings;
    const space = getSpace(spaceId);
    if ((device === undefined) !== (maxMs === undefined)) {
      throw new InputError('usage', `sample: --device and --max-ms go together; ${device === undefined ? '--device' : '--max-ms'} is missing.`);
    }
    requireReachable(space, 'MACs', macs, networkMacs);
    requireReachable(space, 'parameters', params, networkParams);
    const model = device === undefined ? undefined : namedDevice(device);
    const limits: Limit[] = [
      ...(macs ? [{ range: macs, measure: networkMacs }] : []),
      ...(params ? [{ range: params, measure: networkParams }] : []),
      ...(model && maxMs ? [{ range: { min: 0, max: maxMs }, measure: latencyOn(model) }] : []),
    ];
    const sampling = startSampling(space, new Random(seed).fork('sample'), macs, (arch) => excessOf(space.lower(arch), limits));
    if (!sampling.isUniform) note('Few architectures are within these limits, so the draws are not uniform among them.');
    if (json && limits.length === 0) {
      for (let i = 0; i < count; i++) await print(JSON.stringify(sampling.next()));
      return;
    }
    // Limits may turn out to be too narrow, so nothing is printed before everything is found.
    const archs = collect(count, () => sampling.next(), surroundings);
    for (const line of json ? archs.map((arch) => JSON.stringify(arch)) : archTable(space, archs, model)) await print(line);
  },
});

/** Shows progress when it takes longer than people like to wait without knowing. */
function collect<T>(count: number, next: () => T, { progress: output, quiet }: Surroundings): T[] {
  const startMs = performance.now();
  const found: T[] = [];
  let bar: ProgressBar | undefined;
  while (found.length < count) {
    found.push(next());
    if (bar === undefined && performance.now() - startMs > 2000) {
      bar = new ProgressBar({ label: 'Sampling', total: count, done: found.length, unit: 'architectures', output, quiet });
    }
    bar?.update(found.length);
  }
  bar?.finish();
  return found;
}

const latencyOn = (model: DeviceModel) => (network: Network) => predictLatency(model, network).latencyMs;

/** Sum over the limits of how far a network is outside, in powers of e; 0 within all of them. */
function excessOf(network: Network, limits: readonly Limit[]): number {
  return limits.reduce((sum, { range, measure }) => {
    const value = measure(network);
    return sum + Math.max(0, Math.log(range.min / value), Math.log(value / range.max));
  }, 0);
}

/** Both counts grow with every choice, so the space's ends bound them. */
function requireReachable(
  space: SearchSpace, what: string, range: AmountRange | undefined, count: (network: Network) => number,
): void {
  if (range === undefined) return;
  const [least, most] = [space.smallest, space.largest].map((arch) => count(space.lower(arch)));
  if (range.max < least || range.min > most) {
    throw new InputError('nothing-found',
      `No architecture of ${space.id} has so many ${what}; the space reaches from ${millions(least)} to ${millions(most)}.`);
  }
}

function archTable(space: SearchSpace, archs: readonly unknown[], model: DeviceModel | undefined): string[] {
  const columns = ['MACs', 'parameters', ...(model ? [model.name] : [])].map((title) => ({ title, align: 'right' } as const));
  const rows = archs.map((arch) => {
    const network = space.lower(arch);
    const latency = model ? [ms(latencyOn(model)(network))] : [];
    return [millions(networkMacs(network)), millions(networkParams(network)), ...latency, labelOf(space, arch).text];
  });
  return tableLines([...columns, { title: 'architecture', align: 'left' }], rows);
}
