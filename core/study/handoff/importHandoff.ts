import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { EnvironmentError, InputError } from '../../base/errors.ts';
import type { Engine } from '../../engine/engine.ts';
import { exportNetwork, maxRelativeDiff, type ExportNetworkOptions, type ExportReport } from '../../export/exportNetwork.ts';
import { weightsFromTorch } from '../../export/pytorch/torchWeights.ts';
import { logits, type ImageBatch } from '../../model/inference.ts';
import { decodeSafetensors, encodeSafetensors } from '../../model/safetensors.ts';
import type { Weights } from '../../model/weights.ts';
import { getSpace } from '../../spaces/index.ts';
import { parseJsonText } from '../../spaces/jsonText.ts';
import { writeFileAtomic } from '../files.ts';
import { handoffOrigin } from '../modelCard/ofHandoff.ts';
import { commandText } from '../modelCard/words.ts';
import { writeOnnxCard } from '../modelCard/writeCard.ts';
import { pocketformerVersion } from '../studyInfo.ts';
import { readText } from '../textFile.ts';
import { factsKey, handoffFactsSchema, type HandoffFacts } from './facts.ts';
import { weightsMetadata } from '../weightsFile.ts';
import { readBytes } from '../readBytes.ts';

/** Weights that came back from PyTorch. */
export interface ReturnedWeights {
  readonly weights: Weights;
  readonly facts: HandoffFacts;
  /** Images with the logits that the network had where it was; undefined where nothing lies beside the weights. */
  readonly check?: { readonly images: ImageBatch; readonly logits: Float32Array; readonly from: string };
}

/** How far logits here are from those beside the weights. */
export interface ReferenceAgreement {
  /** What computed those: "PyTorch 2.9.0", or Pocketformer where the program has not trained yet. */
  readonly from: string;
  readonly images: number;
  readonly maxAbsDiff: number;
  /** Relative to the largest logit. */
  readonly relativeDiff: number;
}

/**
 * Weights of a handed-over program: a safetensors file of its network's state, or a folder with weights.safetensors. What they are of
 * is told by the file's metadata, or by a handoff.json beside the file.
 * @throws InputError `missing-file`, `invalid-weights-file`, `unknown-handoff`, `weights-mismatch`, and what the space says of the architecture
 */
export async function readReturned(path: string): Promise<ReturnedWeights> {
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, 'weights.safetensors') : path;
  const bytes = await readBytes(file);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    throw new InputError('invalid-weights-file', `${file}: is a checkpoint of torch.save; expected a safetensors file. In the handed-over folder, write it with `
      + 'write_weights("weights.safetensors", network.state_dict()) of weights.py.');
  }
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  const facts = await factsOf(file, metadata[factsKey]);
  const space = getSpace(facts.space);
  const network = space.lower(space.parse(facts.architecture), { resolution: facts.resolution, classes: facts.classes });
  return { weights: weightsFromTorch(network, tensors, file), facts, check: await readCheck(join(dirname(file), 'check.safetensors'), network) };
}

/** Whether `readReturned` is who reads a path: a handed-over folder, or a weights file that tells or lies beside what tells that it is from one. */
export async function isHandedOver(path: string): Promise<boolean> {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return true;
  const { metadata } = decodeSafetensors(await readBytes(path), path);
  return metadata[factsKey] !== undefined || (metadata.space === undefined && existsSync(join(dirname(path), 'handoff.json')));
}

async function factsOf(file: string, metadata: string | undefined): Promise<HandoffFacts> {
  const beside = join(dirname(file), 'handoff.json');
  if (metadata === undefined && !existsSync(beside)) {
    throw new InputError('unknown-handoff', `${file}: neither its metadata nor a handoff.json beside it says what network it is of; expected the file in a copy of `
      + 'the folder that "pocketformer handoff" wrote.');
  }
  const where = metadata === undefined ? beside : `the metadata of ${file}`;
  const parsed = handoffFactsSchema.safeParse(parseJsonText(metadata ?? await readText(beside), where));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InputError('unknown-handoff', `${where}: ${issue.path.join('.') || 'the content'} is wrong (${issue.message}).`);
}

/** @throws InputError `invalid-weights-file` when images or logits are not those of the network */
async function readCheck(file: string, { resolution: size, classes }: Weights['network']): Promise<ReturnedWeights['check']> {
  if (!existsSync(file)) return undefined;
  const { tensors: { images, logits: kept }, metadata } = decodeSafetensors(await readBytes(file), file);
  const count = images?.shape[0] ?? 0;
  const fits = images?.shape.join() === [count, 3, size, size].join() && kept?.shape.join() === [count, classes].join() && count > 0;
  if (!fits || !(images.data instanceof Float32Array) || !(kept.data instanceof Float32Array)) {
    throw new InputError('invalid-weights-file', `${file}: expected float32 images [n, 3, ${size}, ${size}] and logits [n, ${classes}]; take ${basename(file)} from the `
      + "weights' own folder.");
  }
  return { images: { count, size, pixels: images.data }, logits: kept.data, from: metadata.logits ?? 'PyTorch' };
}

/** @throws EnvironmentError `reference-differs` when the logits are not those beside the weights */
export function compareWithReference({ weights, check }: ReturnedWeights, engine: Engine): ReferenceAgreement | null {
  if (check === undefined) return null;
  const own = logits(engine, weights, check.images);
  const largest = (values: Iterable<number>) => [...values].reduce((most, value) => (Number.isNaN(value) ? Infinity : Math.max(most, Math.abs(value))), 0);
  const maxAbsDiff = largest(own.map((value, i) => value - check.logits[i]));
  const scale = largest(check.logits);
  const relativeDiff = scale === 0 ? maxAbsDiff : maxAbsDiff / scale;
  if (!(relativeDiff <= maxRelativeDiff)) {
    throw new EnvironmentError('reference-differs', `The logits differ from those of ${check.from} by ${relativeDiff.toExponential(1)} of their scale, more than ${maxRelativeDiff}: `
      + 'check.safetensors is of other weights, or model.py computes something else than it did. Nothing was written.');
  }
  return { from: check.from, images: check.images.count, maxAbsDiff, relativeDiff };
}

export interface ImportOptions extends Pick<ExportNetworkOptions, 'batch' | 'precision' | 'engine'> {
  /** ONNX file to write. */
  readonly out: string;
  /** Weights file in Pocketformer's own form to write beside. */
  readonly weightsOut?: string;
}

export interface ImportReport extends ExportReport {
  /** Null where no logits lie beside the weights. */
  readonly reference: ReferenceAgreement | null;
}

/** Writes returned weights as an ONNX file, checked against the logits beside them first. @throws as `compareWithReference` and `exportNetwork` */
export async function importHandoff(returned: ReturnedWeights, { weightsOut, ...options }: ImportOptions): Promise<ImportReport> {
  const { weights, facts } = returned;
  const reference = compareWithReference(returned, options.engine);
  const report = await exportNetwork({
    ...options, weights, version: pocketformerVersion(), architecture: facts.architecture, classNames: facts.classNames ?? undefined,
    normalisation: facts.normalisation, study: facts.study ?? undefined, seed: facts.seed,
    ...(facts.weights === 'untrained' ? { weightsOrigin: 'untrained' as const } : {}), writeFile: writeFileAtomic,
  });
  if (weightsOut !== undefined) await writeFileAtomic(weightsOut, encodeSafetensors(weights.toTensors(), weightsMetadata(facts)));
  const { precision, batch, engine, out } = options;
  const command = commandText('import-weights RUN/best', { precision, batch, out: basename(out) });
  await writeOnnxCard(out, () => handoffOrigin(facts, engine, command), writeFileAtomic);
  return { ...report, reference };
}
