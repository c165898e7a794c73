import { existsSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import type { Imported } from '../../latency/imports/imported.ts';
import { importText } from '../../latency/imports/importText.ts';
import { toMeasurement } from '../../latency/imports/toMeasurement.ts';
import type { Measurement, Precision, Target } from '../../latency/measurements/record.ts';
import { blocksOf } from '../../latency/measurements/subject.ts';
import type { ModelToMeasure } from '../../latency/profilers/profiler.ts';
import { namesIn } from '../files.ts';
import { readText } from '../textFile.ts';
import { modelOfFile, modelsOfFolder } from './modelFiles.ts';

export interface ImportSettings {
  /** What the person says of the device; threads, provider and precision where the files and models do not tell. */
  readonly target: Omit<Target, 'threads' | 'provider' | 'precision'> & Partial<Pick<Target, 'threads' | 'provider' | 'precision'>>;
  /** The measured ONNX file, or a calibration set in which it is found by its name. */
  readonly model?: string;
  /** Of architectures in tables that name none. */
  readonly space?: string;
}

/**
 * What others measured, as records: a file, or all files of a folder, each named after its model.
 * @throws InputError naming file, line and field; nothing is imported then
 */
export async function importFiles(path: string, { target, model, space }: ImportSettings): Promise<Measurement[]> {
  const models = model === undefined ? [] : await modelsAt(model);
  const measurements: Measurement[] = [];
  for (const file of await filesAt(path)) {
    const own = basename(file, extname(file));
    const chosen = models.length === 1 ? models[0] : models.find(({ name }) => name === own);
    const blocks = chosen && blocksOf(chosen.of)?.map(({ name }) => name);
    for (const imported of importText(await readText(file), file, { blocks, space })) {
      const known = models.length === 1 ? models[0] : modelOf(imported, own, models, model);
      measurements.push(toMeasurement(imported, targetOf(target, imported, known), known && factsOf(known), `imported from ${basename(file)}`));
    }
  }
  return measurements;
}

const factsOf = ({ name, sha256, sizeBytes, input, of }: ModelToMeasure) => ({ name, sha256, sizeBytes, input, of });

function modelOf({ name, place, of, sha256 }: Imported, file: string, models: readonly ModelToMeasure[], folder: string | undefined): ModelToMeasure | undefined {
  if (models.length === 0 || of !== undefined) return undefined;
  const found = models.find((model) => (sha256 === undefined ? model.name === (name ?? file) : model.sha256 === sha256));
  if (found === undefined) throw new InputError('wrong-model', `${place}: ${sha256 ?? `"${name ?? file}"`} is no model of ${folder}; expected one of its manifest.`);
  return found;
}

function targetOf(target: ImportSettings['target'], { told, place }: Imported, model: ModelToMeasure | undefined): Target {
  const { threads = told.threads ?? 1, provider = told.provider ?? 'cpu', precision = model?.precision ?? 'float32' } = target;
  if (model !== undefined && precision !== model.precision) {
    throw new InputError('contradicting-setting', `${place}: ${model.name} is a ${model.precision} file; expected --precision ${model.precision satisfies Precision}, got ${precision}.`);
  }
  return { ...target, threads, provider, precision };
}

async function modelsAt(path: string): Promise<ModelToMeasure[]> {
  requireThere(path);
  return statSync(path).isDirectory() ? modelsOfFolder(path) : [await modelOfFile(path)];
}

async function filesAt(path: string): Promise<string[]> {
  requireThere(path);
  if (!statSync(path).isDirectory()) return [path];
  const files = (await namesIn(path)).filter((name) => !name.startsWith('.')).map((name) => join(path, name)).filter((file) => statSync(file).isFile());
  if (files.length === 0) throw new InputError('missing-file', `${path}: holds no file; expected what was measured.`);
  return files;
}

function requireThere(path: string): void {
  if (!existsSync(path)) throw new InputError('missing-file', `${path}: there is no such file or folder.`);
}
