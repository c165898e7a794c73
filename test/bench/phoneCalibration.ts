/**
 * How far a few measurements carry: calibrates each of the three published phones from some whole networks, taken as sums
 * of the blocks that were measured there, and judges on architectures never seen. Prints the tables of docs/calibration.md.
 *
 *   node --import tsx test/bench/phoneCalibration.ts TABLES [PHONE...] [--draws N] [--seed TEXT] [--only alone|known|probes]
 */
import { join } from 'node:path';
import { Random } from '../../core/base/random.ts';
import { fitBaseline, macsBaseline, rooflineBaseline } from '../../core/latency/baselines.ts';
import { chooseNetworks } from '../../core/latency/calibration/chooseNetworks.ts';
import { chooseProbes } from '../../core/latency/calibration/chooseProbes.ts';
import { calibratedInterval } from '../../core/latency/calibration/crossValidation.ts';
import type { KnownDevice, MeasuredBlocks } from '../../core/latency/calibration/design.ts';
import { fitProblem, fitRows } from '../../core/latency/calibration/fitMeasured.ts';
import { fitProbes } from '../../core/latency/calibration/fitProbes.ts';
import { knownDevicesPrior, probedDevicePrior, unknownDevicePrior } from '../../core/latency/calibration/prior.ts';
import type { Prior } from '../../core/latency/calibration/prior.ts';
import { typicalKinds } from '../../core/latency/calibration/typicalRates.ts';
import { loadDevice } from '../../core/latency/devices.ts';
import { errorReport, mean } from '../../core/latency/errorReport.ts';
import type { ErrorReport } from '../../core/latency/errorReport.ts';
import { keyOfBlock } from '../../core/latency/lut/keys.ts';
import { readLatencyTable, sumOfMeasuredBlocks } from '../../core/latency/lut/table.ts';
import { publishedPhones } from '../../core/latency/publishedPhones.ts';
import type { Network } from '../../core/network/network.ts';
import { elasticVit } from '../../core/spaces/elasticvit/space.ts';

const [, , tables, ...rest] = process.argv;
const seed = rest.includes('--seed') ? rest[rest.indexOf('--seed') + 1] : 'phone calibration, drawn afresh';
const draws = rest.includes('--draws') ? Number(rest[rest.indexOf('--draws') + 1]) : 10;
const phones = publishedPhones.map(({ description: { name } }) => name);
const only = rest.includes('--only') ? rest[rest.indexOf('--only') + 1] : undefined;
const isWanted = (part: 'alone' | 'known' | 'probes') => only === undefined || only === part;
const chosenPhones = phones.filter((name) => rest.every((word) => !phones.includes(word)) || rest.includes(name));

const classes = 1000;
/** Of the held-out architectures, and of those that intervals speak for. */
const counts = { test: 500, reference: 100 } as const;
/** 680 models at 4.5 s and the reference model every eighth time are just below an hour (latency.md, section 5). */
const hour = { networks: 40, probes: 640 } as const;

const random = new Random(seed);
const sampled = (count: number, from: Random) => Array.from({ length: count }, () => elasticVit.lower(elasticVit.sample(from)));
const test = sampled(counts.test, random.fork('test'));
const reference = sampled(counts.reference, random.fork('reference'));

interface Trial extends ErrorReport {
  readonly coverage: number;
}

function trial(networks: readonly Network[], latencyOf: (network: Network) => number, devices: readonly KnownDevice[], prior: Prior): Trial {
  const rows: MeasuredBlocks[] = networks.map((network) => ({ blocks: network.blocks, latencyMs: latencyOf(network), relativeVariance: 0 }));
  const all = rows.map((_, i) => i);
  const problem = fitProblem(rows, devices, prior, reference.map(({ blocks }) => blocks));
  const interval = calibratedInterval(problem, all, fitRows(problem, all), reference.map((_, i) => rows.length + i), 0.9);
  const predictedMs = fitRows(fitProblem(rows, devices, prior, test.map(({ blocks }) => blocks)), all).predictedMs.slice(rows.length);
  const measuredMs = test.map(latencyOf);
  const inside = predictedMs.filter((ms, i) => Math.abs(Math.log(ms / measuredMs[i])) <= interval.logHalfWidth);
  return { ...errorReport(measuredMs, predictedMs), coverage: 100 * inside.length / test.length };
}

const row = (label: string, count: number, trials: readonly (ErrorReport & { coverage?: number })[]) => {
  const average = (pick: (each: ErrorReport) => number) => mean(trials.map(pick));
  const mapes = trials.map(({ mapePercent }) => mapePercent);
  const spread = Math.sqrt(mean(mapes.map((value) => (value - mean(mapes)) ** 2)));
  const covered = trials.map(({ coverage }) => coverage).filter((value) => value !== undefined);
  return `| ${[
    label, count, `${mean(mapes).toFixed(2)} ± ${spread.toFixed(2)}`, Math.max(...mapes).toFixed(2), average((each) => each.rmspePercent).toFixed(2),
    ...([3, 5, 10] as const).map((limit) => average((each) => each.withinPercent[limit]).toFixed(1)),
    average((each) => each.spearmanRho).toFixed(4), average((each) => each.kendallTau).toFixed(4), covered.length > 0 ? mean(covered).toFixed(1) : '',
  ].join(' | ')} |`;
};

for (const phone of publishedPhones.filter(({ description: { name } }) => chosenPhones.includes(name))) {
  const { name, device } = phone.description;
  const table = readLatencyTable(join(tables, phone.tableFile));
  const latencyOf = (network: Network) => sumOfMeasuredBlocks(network, table);
  const started = process.cpuUsage();
  console.log(`\n### ${device.title}\n`);
  console.log('| from | networks | MAPE (%) | worst draw | RMSPE (%) | within 3 % | 5 % | 10 % | Spearman | Kendall | in the 90 % interval |');
  console.log('|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|');
  const pools = Array.from({ length: draws }, (_, draw) => {
    const from = random.fork(`draw ${draw}`);
    return {
      random: sampled(40, from.fork('random')),
      chosen: chooseNetworks(elasticVit, 40, classes, from.fork('chosen')).map((arch) => elasticVit.lower(arch)),
    };
  });
  const typical = [{ kinds: typicalKinds }];
  if (isWanted('alone')) {
    for (const way of ['chosen', 'random'] as const) {
      for (const count of [10, 20, 40]) console.log(row(`${way} networks`, count, pools.map((pool) => trial(pool[way].slice(0, count), latencyOf, typical, unknownDevicePrior))));
    }
    console.log(row('chosen networks, widths of maps not told apart', 40, pools.map(({ chosen }) => trial(chosen, latencyOf, typical, { ...unknownDevicePrior, grid: 0 }))));
    for (const baseline of [macsBaseline, rooflineBaseline]) {
      for (const count of [10, 20, 40]) {
        console.log(row(`baseline, random networks: ${baseline.title}`, count, pools.map(({ random: pool }) => {
          const predict = fitBaseline(baseline, pool.slice(0, count), pool.slice(0, count).map(latencyOf));
          return errorReport(test.map(latencyOf), test.map(predict));
        })));
      }
    }
  }
  const known = phones.filter((other) => other !== name).map((other) => ({ name: other, kinds: loadDevice(other).kinds as KnownDevice['kinds'] }));
  for (const count of isWanted('known') ? [3, 10] : []) {
    const chosenFor = (draw: number) => chooseNetworks(elasticVit, count, classes, random.fork(`transfer ${draw}`), known).map((arch) => elasticVit.lower(arch));
    console.log(row('chosen networks and two known phones', count, pools.map((_, draw) => trial(chosenFor(draw), latencyOf, known, knownDevicesPrior))));
    console.log(row('random networks and two known phones', count, pools.map((pool) => trial(pool.random.slice(0, count), latencyOf, known, knownDevicesPrior))));
  }
  if (isWanted('probes')) {
    const probed = pools.slice(0, 3).map(({ chosen }, draw) => {
      const from = random.fork(`probes ${draw}`);
      const probes = chooseProbes(elasticVit, hour.probes, classes, from).map(({ block }) => ({ blocks: [block], latencyMs: table[keyOfBlock(block)!], relativeVariance: 0 }));
      const others = [...chosen, ...reference, ...test].map(({ blocks }) => blocks);
      return trial(chosen.slice(0, hour.networks), latencyOf, [fitProbes(probes, typical, unknownDevicePrior, others, from)], probedDevicePrior);
    });
    console.log(row(`chosen networks and ${hour.probes} blocks (3 draws)`, hour.networks, probed));
  }
  console.log(`\nSeconds of one core: ${(process.cpuUsage(started).user / 1e6).toFixed(0)}.`);
}
