import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { InputError } from '../../base/errors.ts';
import { readText } from '../textFile.ts';
import { modelCardFormat, modelCardSchema, modelCardVersion, type ModelCard } from './schema.ts';

/** Where a model's card is: for people and, with the same facts, for programs. */
export function cardPaths(modelPath: string) {
  const stem = modelPath.replace(/\.(onnx|safetensors)$/i, '');
  return { text: `${stem}.card.md`, facts: `${stem}.card.json` };
}

/** @throws InputError `no-card`, `newer-card`, `damaged-card` */
export async function readModelCard(modelPath: string): Promise<ModelCard> {
  const { facts } = cardPaths(modelPath);
  if (!existsSync(facts)) {
    throw new InputError('no-card', `${modelPath}: no card lies beside it (${facts}). Exports write one; export the model again, or take the card along with the model.`);
  }
  const text = await readText(facts);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new InputError('damaged-card', `${facts}: is not JSON; was it edited?`, { cause });
  }
  const version = typeof json === 'object' && json !== null && 'format' in json && json.format === modelCardFormat && 'version' in json ? json.version : undefined;
  if (typeof version === 'number' && version > modelCardVersion) {
    throw new InputError('newer-card', `${facts}: was written by a newer Pocketformer (version ${version}); this one reads up to ${modelCardVersion}.`);
  }
  const parsed = modelCardSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError('damaged-card', `${facts}: is no model card: ${issue.path.join('.') || 'the content'} is wrong (${issue.message}).`, { cause: parsed.error });
}

/** @throws InputError `missing-file`, `other-model` where the file is not the one that the card is of */
export async function requireSameModel(modelPath: string, { file }: ModelCard): Promise<void> {
  if (!existsSync(modelPath)) throw new InputError('missing-file', `${modelPath}: there is no such file.`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(modelPath), hash);
  const sha256 = hash.digest('hex');
  if (sha256 === file.sha256) return;
  throw new InputError('other-model', `${modelPath}: its SHA-256 is ${sha256}, but the card beside it is of a file with ${file.sha256}: the model was replaced or altered, so nothing in the card `
    + 'can be relied on.');
}
