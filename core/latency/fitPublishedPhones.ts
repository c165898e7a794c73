import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Random } from '../base/random.ts';
import type { Network } from '../network/network.ts';
import { getSpace } from '../spaces/index.ts';
import { macsBaseline, workBaseline } from './baselines.ts';
import { conformalQuantile } from './conformal.ts';
import { crossFit, crossFitParts } from './crossFit.ts';
import { deviceModelFormat, deviceModelSchema, deviceModelVersion } from './deviceModel.ts';
import type { DeviceModel, Evaluation } from './deviceModel.ts';
import { evaluateBaseline, evaluation } from './evaluation.ts';
import type { MeasuredNetworks } from './evaluation.ts';
import { latencyKinds } from './features.ts';
import { fitKinds } from './fit.ts';
import { formatJson } from './formatJson.ts';
import { defaultFitSettings } from './kindModel.ts';
import { measuredBlocksOf, readLatencyTable, sumOfMeasuredBlocks } from './lut/table.ts';
import type { LatencyTable } from './lut/table.ts';
import { predictLatency } from './predict.ts';
import { publishedPhones } from './publishedPhones.ts';
import type { PublishedPhone } from './publishedPhones.ts';

const coverage = 0.9;
const seed = 'published-phones';
const networkCounts = { test: 2000, calibration: 10_000 } as const;
/** Of the test architectures, how many stand in the model's file one by one: enough for a picture. */
const heldOutPairs = 200;
const command = 'node --import tsx core/latency/fitPublishedPhones.ts TABLES latency-models';

/** Fits one phone's model to its table and measures it on architectures drawn from the whole ElasticViT space. */
export function fitPublishedPhone(phone: PublishedPhone, table: LatencyTable): DeviceModel {
  const random = new Random(seed);
  const rows = measuredBlocksOf(table);
  const calibration = measured(sampledNetworks(networkCounts.calibration, random.fork('calibration')), table);
  const test = measured([...sampledNetworks(networkCounts.test, random.fork('test')), ...publishedNetworks()], table);

  const crossFitted = crossFit(rows, random.fork('cross-fit'), defaultFitSettings);
  const unseen: LatencyTable = Object.fromEntries(crossFitted.map((row) => [row.block.name, row.predictedMs]));
  const unseenSums = ({ networks }: MeasuredNetworks) =>
    networks.map((network) => sumOfMeasuredBlocks(network, unseen));
  const logErrors = (data: MeasuredNetworks) =>
    unseenSums(data).map((sum, i) => Math.abs(Math.log(sum / data.latenciesMs[i])));
  const logHalfWidth = Number(conformalQuantile(logErrors(calibration), coverage).toPrecision(4));
  const inside = logErrors(test).filter((error) => error <= logHalfWidth).length;

  const unscored: DeviceModel = {
    format: deviceModelFormat,
    version: deviceModelVersion,
    ...phone.description,
    measurements: { ...phone.description.measurements, blocks: rows.length },
    fit: { command, seed, method: methodText() },
    evaluations: [],
    baselines: [],
    interval: {
      coverage, logHalfWidth, networks: calibration.networks.length,
      method: `Split conformal on ${calibration.networks.length} random architectures other than the test ones, each ` +
        'block predicted by a model that never saw its configuration.',
      observedCoverage: Number((inside / test.networks.length).toFixed(4)),
    },
    network: { scale: 1, biasMs: 0 },
    ...fitKinds(rows, coverage),
  };

  const architectures = `${networkCounts.test} random architectures of the whole space and the ` +
    `${test.networks.length - networkCounts.test} named ones`;
  const unseenMs = unseenSums(test);
  const unseenTitle = `each block predicted by a model fitted to ${100 * crossFitParts.fitted / crossFitParts.total} % ` +
    'of the configurations, its own not among them at any grid';
  const evaluations: Evaluation[] = [
    evaluation(`${architectures}; no latency of a whole architecture was used for fitting, all measured blocks were`,
      test.latenciesMs, test.networks.map((network) => predictLatency(unscored, network).latencyMs)),
    evaluation(`The same architectures, ${unseenTitle}`, test.latenciesMs, unseenMs),
    ...latencyKinds.flatMap((kind) => {
      const ofKind = crossFitted.filter((row) => row.kind === kind);
      return ofKind.length === 0 ? [] : [evaluation(`Single blocks of configurations never fitted: ${kind}`,
        ofKind.map((row) => row.latencyMs), ofKind.map((row) => row.predictedMs))];
    }),
  ];
  const baselines = [macsBaseline, workBaseline].map((baseline) =>
    evaluateBaseline(baseline, calibration, test, { fittedNetworks: 40, draws: 20 }, random.fork(baseline.title)));
  const heldOut = {
    title: `${heldOutPairs} random architectures of the whole space, ${unseenTitle}`,
    pairs: unseenMs.slice(0, heldOutPairs).map((ms, i) => [shortMs(test.latenciesMs[i]), shortMs(ms)]),
  };
  return deviceModelSchema.parse({ ...unscored, evaluations, baselines, heldOut });
}

const shortMs = (ms: number) => Number(ms.toPrecision(4));

function methodText(): string {
  const { trees, depth, learningRate } = defaultFitSettings.boosting;
  return 'Per kind of block: non-negative least squares of relative errors on physical terms, then ' +
    `${trees} boosted trees of depth ${depth} (learning rate ${learningRate}) on log(measured / roofline), where at ` +
    `least ${defaultFitSettings.minRowsForTrees} blocks were measured. Odd grids are halved upwards, as in the ` +
    'networks.';
}

function sampledNetworks(count: number, random: Random): Network[] {
  const space = getSpace('elasticvit');
  return Array.from({ length: count }, () => space.lower(space.sample(random)));
}

function publishedNetworks(): Network[] {
  const space = getSpace('elasticvit');
  return Object.values(space.networks).map((arch) => space.lower(arch));
}

function measured(networks: readonly Network[], table: LatencyTable): MeasuredNetworks {
  return { networks, latenciesMs: networks.map((network) => sumOfMeasuredBlocks(network, table)) };
}

function main([tableFolder, outFolder]: readonly string[]): void {
  if (!tableFolder || !outFolder) {
    process.stderr.write(`Usage: ${command}\n`);
    process.exitCode = 2;
    return;
  }
  mkdirSync(outFolder, { recursive: true });
  const schema = z.toJSONSchema(deviceModelSchema, { io: 'input' });
  writeFileSync(join(outFolder, 'device-model.schema.json'), `${JSON.stringify(schema, null, 2)}\n`);
  for (const phone of publishedPhones) {
    const model = fitPublishedPhone(phone, readLatencyTable(join(tableFolder, phone.tableFile)));
    const text = formatJson(model);
    writeFileSync(join(outFolder, `${model.name}.json`), text);
    const [{ errors }] = model.evaluations;
    process.stdout.write(`${model.name}: ${errors.mapePercent} % mean absolute error and ` +
      `${errors.withinPercent[3]} % within 3 % on ${errors.count} architectures; ${(text.length / 1000).toFixed(0)} kB\n`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
