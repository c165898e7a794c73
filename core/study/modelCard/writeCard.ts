import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { tryOrt, ortVersion } from '../../engine/ort/binding.ts';
import { wilsonInterval } from '../../base/wilson.ts';
import type { FileContent } from '../files.ts';
import { pocketformerVersion } from '../studyInfo.ts';
import { describeOnnx, type DescribedModel } from './describeModel.ts';
import { cardPaths } from './files.ts';
import { latenciesOn, type CardDevice } from './latencies.ts';
import { limitsOf } from './limits.ts';
import { cardText } from './markdown.ts';
import { modelCardFormat, modelCardSchema, modelCardVersion, type ModelCard } from './schema.ts';

/** What a model was not told about itself: where it comes from, and what is known of it. */
export interface CardOrigin extends Pick<ModelCard, 'weights' | 'data' | 'recipe'> {
  /** "ort 1.30.0"; null where none is known. */
  readonly engine: string | null;
  readonly accuracy: Omit<NonNullable<ModelCard['accuracy']>, 'low' | 'high'> | null;
  readonly devices: readonly CardDevice[];
  /** How image files became squares; null where it is not known. */
  readonly preparation: string | null;
  readonly reproduce: ModelCard['reproduce'];
  /** Limits that do not follow from these facts, in sentences. */
  readonly remarks: readonly string[];
}

/** Of the model that was described, where a command needs to name it. */
export type OriginOf = (model: DescribedModel) => CardOrigin | Promise<CardOrigin>;

/**
 * Writes the card of an ONNX file beside it.
 * @param path of the file, which is there
 * @param writeFile writes a file as a whole
 * @throws as `describeOnnx`, and what `writeFile` throws
 */
export async function writeOnnxCard(path: string, originOf: OriginOf, writeFile: (path: string, content: FileContent) => Promise<void>): Promise<ModelCard> {
  const model = describeOnnx(await readFile(path), basename(path));
  return writeCard(path, cardOf(model, await originOf(model)), writeFile);
}

/** The card of a model as it stands now. */
export function cardOf(model: DescribedModel, origin: CardOrigin): ModelCard {
  const { lowered: _, input, ...own } = model;
  const { weights, data, recipe, accuracy, devices, preparation, reproduce, engine, remarks } = origin;
  const card: ModelCard = {
    format: modelCardFormat, version: modelCardVersion, written: new Date().toISOString(), ...own, input: { ...input, preparation }, weights, data, recipe,
    accuracy: accuracy && { ...accuracy, ...wilsonInterval(Math.round(accuracy.top1 * accuracy.images), accuracy.images) },
    latencies: devices.flatMap((device) => latenciesOn(device, model)),
    versions: {
      pocketformer: pocketformerVersion(), node: process.version, system: `${process.platform} ${process.arch}`, engine, onnxRuntime: tryOrt() === undefined ? ortVersion() : null,
    },
    reproduce, limits: [], remarks: [...remarks],
  };
  return { ...card, limits: limitsOf(card) };
}

/** @param path of the model */
export async function writeCard(path: string, card: ModelCard, writeFile: (path: string, content: FileContent) => Promise<void>): Promise<ModelCard> {
  const { text, facts } = cardPaths(path);
  const checked = modelCardSchema.parse(card);
  await writeFile(facts, `${JSON.stringify(checked, undefined, 1)}\n`);
  await writeFile(text, cardText(checked));
  return checked;
}
