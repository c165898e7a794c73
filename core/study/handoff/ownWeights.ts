import { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { decodeSafetensors, type WeightTensor } from '../../model/safetensors.ts';
import { handoffFactsSchema, type HandoffFacts } from './facts.ts';
import { readBytes } from './readBytes.ts';

/** What a weights file in Pocketformer's own form tells in its metadata. */
export type OwnFacts = Pick<HandoffFacts, 'space' | 'architecture' | 'resolution' | 'classes' | 'classNames' | 'normalisation' | 'seed'>;

const format = 'pocketformer-weights';

const metadataSchema = z.object({
  format: z.literal(format), space: z.string(), architecture: z.string(), resolution: z.string(), classes: z.string(), classNames: z.string().default('null'),
  normalisation: z.string(), seed: z.string().default('0'),
}).transform(({ space, ...texts }) => ({
  space, ...Object.fromEntries(Object.entries(texts).filter(([name]) => name !== 'format').map(([name, text]) => [name, JSON.parse(text) as unknown])),
})).pipe(handoffFactsSchema.pick({ space: true, architecture: true, resolution: true, classes: true, classNames: true, normalisation: true, seed: true }));

/**
 * Reads a weights file that "pocketformer train" or "pocketformer import-weights" wrote.
 * @returns facts where the file has them
 * @throws InputError `missing-file`, `invalid-weights-file`
 */
export async function readOwnWeights(path: string): Promise<{ tensors: Readonly<Record<string, WeightTensor>>; facts?: OwnFacts }> {
  const { tensors, metadata } = decodeSafetensors(await readBytes(path), path);
  if (metadata.format !== format) return { tensors };
  try {
    return { tensors, facts: metadataSchema.parse(metadata) };
  } catch (cause) {
    throw new InputError('invalid-weights-file', `${path}: its metadata does not tell what network the weights are of; was it edited?`, { cause });
  }
}

/** The metadata of such a file. */
export function ownMetadata({ space, architecture, resolution, classes, classNames, normalisation, seed }: OwnFacts): Record<string, string> {
  return {
    format, space, architecture: JSON.stringify(architecture), resolution: String(resolution), classes: String(classes), normalisation: JSON.stringify(normalisation),
    seed: String(seed), ...(classNames ? { classNames: JSON.stringify(classNames) } : {}),
  };
}
