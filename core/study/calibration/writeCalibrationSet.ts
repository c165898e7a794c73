import { join } from 'node:path';
import { CancelledError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import type { Engine } from '../../engine/engine.ts';
import { exportNetwork } from '../../export/exportNetwork.ts';
import { exportOnnx, inputName, inputShape, outputName, outputShape } from '../../export/onnx.ts';
import { runFile } from '../../export/verify.ts';
import { shapeOf } from '../../latency/blockShape.ts';
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
import { sha256Of } from '../measuring/modelFiles.ts';
import { pocketformerVersion } from '../studyInfo.ts';

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
  /** Devices that the fit will start from: networks are chosen for what they leave open. */
  readonly known: readonly KnownDevice[];
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number, name: string): void;
}

/** Other kernels and other processors add up in another order; wrong results are wrong by far more. */
const relativeTolerance = 1e-3;
/** Of a long output, about so many values are kept. */
const keptValues = 1000;
const shapeKey = (block: Block) => `${latencyKindOf(block)} ${shapeOf(block)}`;
const probeEnds = { input: 'features', output: 'result' } as const;

/**
 * Chooses networks and blocks that teach most about a space's latency, and writes each as an ONNX file of one image with
 * untrained weights, with inputs and a manifest of what each file is and must compute. All float32.
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
  folder: string, name: string, arch: unknown, { space, classes, seed, engine }: CalibrationSetOptions, inputs: InputFiles,
): Promise<ManifestModel> {
  const network = space.lower(arch, { classes });
  const file = `${name}.onnx`;
  let written = new Uint8Array();
  await exportNetwork({
    weights: freshWeights(network, seed, engine), engine, out: join(folder, file), batch: 1, architecture: arch, seed, weightsOrigin: 'untrained',
    version: pocketformerVersion(),
    writeFile: async (path, bytes) => {
      written = Uint8Array.from(bytes);
      await writeFileAtomic(path, bytes);
    },
  });
  const of: ManifestModel['of'] = { kind: 'network', ...subjectOf(space, arch, network) };
  return described(written, { name, file, of }, { input: inputName, output: outputName }, network.blocks, inputs);
}

async function writeProbe(
  folder: string, name: string, arch: unknown, block: Block, { space, classes, seed }: CalibrationSetOptions, inputs: InputFiles,
): Promise<ManifestModel> {
  const network = space.lower(arch, { classes });
  const file = `${name}.onnx`;
  const weights = Weights.initialise({ ...network, blocks: [block] }, new Random(seed).fork('weights'));
  const bytes = exportOnnx(weights, {
    batch: 1, version: pocketformerVersion(), ends: probeEnds,
    metadata: { 'pocketformer.space': space.id, 'pocketformer.block': block.name, 'pocketformer.blockOf': JSON.stringify(arch) },
  });
  const of: ManifestModel['of'] = { kind: 'blocks', ...subjectOf(space, arch, network), blocks: [block.name] };
  const model = await described(bytes, { name, file, of }, probeEnds, [block], inputs);
  await writeFileAtomic(join(folder, file), bytes);
  return model;
}

const subjectOf = (space: SearchSpace, arch: unknown, { resolution, classes }: { resolution: number; classes: number }) =>
  ({ space: space.id, arch: arch as never, resolution, classes });

async function described(
  bytes: Uint8Array, model: Pick<ManifestModel, 'name' | 'file' | 'of'>, ends: { input: string; output: string }, blocks: readonly Block[], inputs: InputFiles,
): Promise<ManifestModel> {
  const shape = [1, ...inputShape(blocks[0])];
  const input = await inputs.ofShape(shape);
  const [values] = runFile(bytes, ends, [{ values: input.values, shape }], model.file);
  const every = Math.max(1, Math.ceil(values.length / keptValues));
  return {
    ...model, sha256: sha256Of(bytes), sizeBytes: bytes.length, precision: 'float32',
    input: { name: ends.input, shape, file: input.file },
    output: {
      name: ends.output, shape: [1, ...outputShape(blocks[blocks.length - 1])], relativeTolerance,
      values: Array.from(values.filter((_, i) => i % every === 0), (value) => Number(value.toPrecision(7))), ...(every > 1 ? { every } : {}),
    },
  };
}

/** Standard normal inputs, one file for all models that take the same shape. */
class InputFiles {
  readonly #folder: string;
  readonly #random: Random;
  readonly #known = new Map<string, { file: string; values: Float32Array }>();

  constructor(folder: string, random: Random) {
    this.#folder = folder;
    this.#random = random;
  }

  async ofShape(shape: readonly number[]): Promise<{ file: string; values: Float32Array }> {
    const name = shape.join('x');
    let known = this.#known.get(name);
    if (known === undefined) {
      const values = new Float32Array(shape.reduce((size, dim) => size * dim, 1));
      this.#random.fork(name).fillNormal(values);
      known = { file: `inputs/${name}.f32`, values };
      await writeFileAtomic(join(this.#folder, known.file), littleEndian(values));
      this.#known.set(name, known);
    }
    return known;
  }
}

function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => bytes.setFloat32(4 * i, value, true));
  return new Uint8Array(bytes.buffer);
}
