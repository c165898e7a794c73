import { join } from 'node:path';
import { CancelledError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import type { Engine } from '../../engine/engine.ts';
import { exportNetwork } from '../../export/exportNetwork.ts';
import { inputName, inputShape, outputName } from '../../export/onnx.ts';
import { standInCalibration, type Calibration } from '../../export/precision/calibration.ts';
import { modelInPrecision } from '../../export/precision/inPrecision.ts';
import { shapeOf } from '../../latency/blockShape.ts';
import { encodeModel } from '../../graph/onnx/model.ts';
import type { Precision } from '../../graph/onnx/precision.ts';
import { chooseNetworks } from '../../latency/calibration/chooseNetworks.ts';
import { chooseProbes } from '../../latency/calibration/chooseProbes.ts';
import type { KnownDevice } from '../../latency/calibration/design.ts';
import { latencyKindOf } from '../../latency/features.ts';
import { manifestFormat, manifestName, manifestSchema, manifestVersion, type ManifestModel } from '../../latency/measurements/manifest.ts';
import { freshWeights } from '../../model/freshWeights.ts';
import { Weights } from '../../model/weights.ts';
import type { Block } from '../../network/blocks.ts';
import type { SearchSpace } from '../../spaces/space.ts';
import { makeDirectory, writeFileAtomic } from '../files.ts';
import { pocketformerVersion } from '../studyInfo.ts';
import { describeFile } from './describeFile.ts';
import { elements, InputFiles } from './inputFiles.ts';

export interface CalibrationSetOptions {
  readonly space: SearchSpace;
  readonly networks: number;
  /** Blocks to be measured alone. */
  readonly probes: number;
  /** So many of each, the most telling ones, are in an earlier set and are left out of this one. */
  readonly skipped?: { readonly networks: number; readonly probes: number };
  readonly classes: number;
  readonly seed: number;
  readonly engine: Engine;
  /** Of all files: measurements of several are never fitted together. float32 by default. */
  readonly precision?: Precision;
  /** For int8: images of a size in pixels that networks get their ranges from; random numbers where it is missing. */
  readonly calibrationOf?: (resolution: number) => Promise<Calibration>;
  /** Devices that the fit will start from: networks are chosen for what they leave open. */
  readonly known: readonly KnownDevice[];
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number, name: string): void;
}

const probeEnds = { input: 'features', output: 'result' } as const;
const shapeKey = (block: Block) => `${latencyKindOf(block)} ${shapeOf(block)}`;

/**
 * Chooses networks and blocks that teach most about a space's latency, and writes each as an ONNX file of one image with
 * untrained weights, with inputs and a manifest of what each file is and must compute. All are of one precision.
 * @returns the manifest's models
 * @throws CancelledError, EnvironmentError `export-differs` and those of writing
 */
export async function writeCalibrationSet(folder: string, options: CalibrationSetOptions): Promise<ManifestModel[]> {
  const { space, networks, probes, classes, seed, skipped = { networks: 0, probes: 0 } } = options;
  const random = new Random(seed).fork('calibration set');
  const chosen = chooseNetworks(space, networks, classes, random.fork('networks'), options.known).slice(skipped.networks);
  const probesOf = (count: number) => (count > 0 ? chooseProbes(space, count, classes, random.fork('probes')) : []);
  const known = new Set(probesOf(skipped.probes).map(({ block }) => shapeKey(block)));
  const blocks = probesOf(probes).filter(({ block }) => !known.has(shapeKey(block)));
  await makeDirectory(join(folder, 'inputs'));
  const inputs = new InputFiles(folder, random.fork('inputs'));
  const models: ManifestModel[] = [];
  const total = chosen.length + blocks.length;
  const numbered = (kind: string, i: number, count: number) => `${kind}-${String(i + 1).padStart(String(count).length, '0')}`;
  const add = (model: ManifestModel) => {
    models.push(model);
    options.onProgress?.(models.length, total, model.name);
  };
  const stopIfAsked = () => {
    if (options.signal?.aborted) throw new CancelledError(`Stopped on request; ${folder} has no manifest yet, so it is no calibration set.`);
  };
  for (const [i, arch] of chosen.entries()) {
    stopIfAsked();
    add(await writeNetwork(folder, numbered('network', i, chosen.length), arch, options, inputs));
  }
  for (const [i, { arch, block }] of blocks.entries()) {
    stopIfAsked();
    add(await writeProbe(folder, numbered('block', i, blocks.length), arch, block, options, inputs));
  }
  const manifest = manifestSchema.parse({ format: manifestFormat, version: manifestVersion, models });
  await writeFileAtomic(join(folder, manifestName), `${JSON.stringify(manifest)}\n`);
  return models;
}

async function writeNetwork(
  folder: string, name: string, arch: unknown, options: CalibrationSetOptions, inputs: InputFiles,
): Promise<ManifestModel> {
  const { space, classes, seed, engine, precision = 'float32', calibrationOf } = options;
  const network = space.lower(arch, { classes });
  const weights = freshWeights(network, seed, engine);
  const file = `${name}.onnx`;
  let written = new Uint8Array();
  const { calibration } = await exportNetwork({
    weights, engine, out: join(folder, file), batch: 1, architecture: arch, seed, weightsOrigin: 'untrained', precision,
    ...(precision === 'int8' && calibrationOf ? { calibration: await calibrationOf(network.resolution) } : {}),
    version: pocketformerVersion(),
    writeFile: async (path, bytes) => {
      written = Uint8Array.from(bytes);
      await writeFileAtomic(path, bytes);
    },
  });
  const of: ManifestModel['of'] = { kind: 'network', ...subjectOf(space, arch, network) };
  const made = { bytes: written, weights, ends: { input: inputName, output: outputName }, precision, calibration: calibration?.source };
  return describeFile(made, { name, file, of }, inputs);
}

async function writeProbe(
  folder: string, name: string, arch: unknown, block: Block, { space, classes, seed, precision = 'float32' }: CalibrationSetOptions, inputs: InputFiles,
): Promise<ManifestModel> {
  const network = space.lower(arch, { classes });
  const file = `${name}.onnx`;
  const weights = Weights.initialise({ ...network, blocks: [block] }, new Random(seed).fork('weights'));
  const calibration = precision === 'int8' ? standInCalibration(elements(inputShape(block)), seed) : undefined;
  const bytes = encodeModel(modelInPrecision(weights, {
    batch: 1, version: pocketformerVersion(), ends: probeEnds,
    metadata: { 'pocketformer.space': space.id, 'pocketformer.block': block.name, 'pocketformer.blockOf': JSON.stringify(arch) },
  }, precision, calibration));
  const of: ManifestModel['of'] = { kind: 'blocks', ...subjectOf(space, arch, network), blocks: [block.name] };
  const model = await describeFile({ bytes, weights, ends: probeEnds, precision, calibration: calibration?.source }, { name, file, of }, inputs);
  await writeFileAtomic(join(folder, file), bytes);
  return model;
}

const subjectOf = (space: SearchSpace, arch: unknown, { resolution, classes }: { resolution: number; classes: number }) =>
  ({ space: space.id, arch: arch as never, resolution, classes });
