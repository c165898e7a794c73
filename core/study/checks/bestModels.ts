import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CancelledError, InputError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import type { Engine } from '../../engine/engine.ts';
import { inputName, outputName } from '../../export/onnx.ts';
import { runFile } from '../../export/verify.ts';
import type { Precision } from '../../latency/measurements/record.ts';
import type { ModelToMeasure } from '../../latency/profilers/profiler.ts';
import type { FrontEntry } from '../../search/result.ts';
import { getSpace } from '../../spaces/index.ts';
import { exportFromStudy } from '../exportFromStudy.ts';
import { makeDirectory, writeFileAtomic } from '../files.ts';
import type { StudyView } from '../folder.ts';
import { modelOfFile } from '../measuring/modelFiles.ts';

export interface BestModelHooks {
  readonly signal?: AbortSignal;
  /** Told before a missing file is written. */
  readonly onExport?: (entry: FrontEntry) => void;
}

/** Other kernels and other processors add up in another order, and round elsewhere; wrong results are wrong by far more. */
const relativeTolerance: Readonly<Record<Precision, number>> = { float32: 1e-3, float16: 2e-2, int8: 0.2 };

/**
 * The ONNX files of a study's architectures in the precision that a device model speaks for; those that are missing are
 * exported. Each has an input and what it gives for it in ONNX Runtime on this machine, so that a device that computes
 * something else is found out.
 * @param startEngine called when something has to be exported
 * @throws InputError `wrong-model` when a file holds another architecture; what `exportFromStudy` throws
 */
export async function bestModels(
  view: StudyView, entries: readonly FrontEntry[], precision: Precision, startEngine: () => Promise<Engine>, { signal, onExport }: BestModelHooks = {},
): Promise<ModelToMeasure[]> {
  const models: ModelToMeasure[] = [];
  let engine: Engine | undefined;
  for (const entry of entries) {
    const path = join(view.paths.models, precision === 'float32' ? `${entry.id}.onnx` : `${entry.id}-${precision}.onnx`);
    if (!existsSync(path)) {
      if (signal?.aborted) throw new CancelledError();
      onExport?.(entry);
      engine ??= await startEngine();
      const arch = getSpace(view.settings.space).parse(entry.arch);
      await exportFromStudy({ view, engine, arch, out: path, batch: 'dynamic', precision });
    }
    models.push(await checkedModel(view, entry, path, precision));
  }
  return models;
}

async function checkedModel(view: StudyView, { id, key }: FrontEntry, path: string, precision: Precision): Promise<ModelToMeasure> {
  const model = await modelOfFile(path);
  const { of } = model;
  const space = getSpace(view.settings.space);
  if (of.kind !== 'network' || of.space !== space.id || space.key(space.parse(of.arch)) !== key) {
    throw new InputError('wrong-model', `${path}: holds another network than ${id} of the study's front; delete it to have it written again.`);
  }
  if (model.precision !== precision) {
    throw new InputError('wrong-model', `${path}: computes in ${model.precision}, but the device model speaks for ${precision}.`);
  }
  const inputFile = join(view.paths.measured, 'inputs', `${model.input.shape.join('x')}.f32`);
  const pixels = new Float32Array(model.input.shape.reduce((size, dim) => size * dim, 1));
  new Random(view.settings.seed).fork('measured inputs').fillNormal(pixels);
  if (!existsSync(inputFile)) await writeInput(inputFile, pixels);
  const [values] = runFile(await readFile(path), { input: inputName, output: outputName }, [{ values: pixels, shape: model.input.shape }], path);
  return { ...model, name: id, inputFile, output: { name: outputName, values: [...values], relativeTolerance: relativeTolerance[precision] } };
}

async function writeInput(path: string, values: Float32Array): Promise<void> {
  const bytes = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => bytes.setFloat32(4 * i, value, true));
  await makeDirectory(dirname(path));
  await writeFileAtomic(path, new Uint8Array(bytes.buffer));
}
