import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { manifestName, parseManifest, type Manifest, type ManifestModel } from '../../latency/measurements/manifest.ts';
import { modelFacts } from '../../latency/measurements/modelFile.ts';
import type { ModelToMeasure } from '../../latency/profilers/profiler.ts';
import { readText } from '../textFile.ts';

/**
 * The models of a folder with a manifest, each checked to be the file that the manifest means.
 * @throws InputError `missing-file`, `invalid-manifest` or `wrong-model`, naming the file
 */
export async function modelsOfFolder(folder: string): Promise<ModelToMeasure[]> {
  const manifest = await readManifest(folder);
  const models: ModelToMeasure[] = [];
  for (const model of manifest.models) models.push(await checkedModel(folder, model));
  return models;
}

/**
 * A single ONNX file. One that a manifest beside it describes is measured with that one's input and checked against its
 * expected output; any other runs on random values.
 * @throws InputError `missing-file`, `not-onnx`, `unmeasurable-model`
 */
export async function modelOfFile(path: string): Promise<ModelToMeasure> {
  const bytes = await readModelFile(path);
  const sha256 = sha256Of(bytes);
  const folder = dirname(path);
  if (existsSync(join(folder, manifestName))) {
    const described = (await readManifest(folder)).models.find((model) => model.sha256 === sha256);
    if (described !== undefined) return checkedModel(folder, described);
  }
  return { name: basename(path, '.onnx'), path, sha256, sizeBytes: bytes.length, ...modelFacts(bytes, path) };
}

export const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const readManifest = async (folder: string): Promise<Manifest> => {
  const path = join(folder, manifestName);
  return parseManifest(await readText(path), path);
};

async function checkedModel(folder: string, { name, file, sha256, precision, of, input, output }: ManifestModel): Promise<ModelToMeasure> {
  const path = join(folder, file);
  const bytes = await readModelFile(path);
  const actual = sha256Of(bytes);
  if (actual !== sha256) {
    throw new InputError('wrong-model', `${path}: has the SHA-256 ${actual}, but the manifest's "${name}" is ${sha256}; export the calibration set again.`);
  }
  const inputFile = join(folder, input.file);
  requireFile(inputFile);
  return { name, path, sha256, sizeBytes: bytes.length, precision, of, input: { name: input.name, shape: input.shape }, inputFile, output };
}

async function readModelFile(path: string): Promise<Uint8Array> {
  requireFile(path);
  return readFile(path);
}

function requireFile(path: string): void {
  if (!existsSync(path)) throw new InputError('missing-file', `${path}: there is no such file.`);
  if (!statSync(path).isFile()) throw new InputError('missing-file', `${path}: is no file; expected the path of one.`);
}
