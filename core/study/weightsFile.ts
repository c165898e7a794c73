import { z } from 'zod';
import { InputError } from '../base/errors.ts';
import { decodeSafetensors, type WeightTensor } from '../model/safetensors.ts';
import { readBytes } from './readBytes.ts';

const three = z.tuple([z.number(), z.number(), z.number()]).readonly();

/** What weights tell about the network that they are of. */
export const weightsFactsSchema = z.object({
  space: z.string(),
  /** In the space's JSON form. */
  architecture: z.unknown(),
  resolution: z.int().min(1),
  classes: z.int().min(1),
  /** In the order of the logits; null where classes have no names. */
  classNames: z.array(z.string()).nullable(),
  normalisation: z.object({ mean: three, std: three }),
  seed: z.int().min(0),
});
export type WeightsFacts = z.output<typeof weightsFactsSchema>;

const format = 'pocketformer-weights';

const metadataSchema = z.object({
  format: z.literal(format), space: z.string(), architecture: z.string(), resolution: z.string(), classes: z.string(), classNames: z.string().default('null'),
  normalisation: z.string(), seed: z.string().default('0'),
}).transform(({ space, ...texts }) => ({
  space, ...Object.fromEntries(Object.entries(texts).filter(([name]) => name !== 'format').map(([name, text]) => [name, JSON.parse(text) as unknown])),
})).pipe(weightsFactsSchema);

/**
 * Reads a weights file that "pocketformer train" or "pocketformer import-weights" wrote.
 * @returns facts where the file has them
 * @throws InputError `missing-file`, `invalid-weights-file`
 */
export async function readWeightsFile(path: string): Promise<{ tensors: Readonly<Record<string, WeightTensor>>; facts?: WeightsFacts }> {
  const { tensors, metadata } = decodeSafetensors(await readBytes(path), path);
  if (metadata.format !== format) return { tensors };
  try {
    return { tensors, facts: metadataSchema.parse(metadata) };
  } catch (cause) {
    throw new InputError('invalid-weights-file', `${path}: its metadata does not tell what network the weights are of; was it edited?`, { cause });
  }
}

/** The metadata of such a file: texts, everything that is no text as JSON. */
export function weightsMetadata({ space, architecture, resolution, classes, classNames, normalisation, seed }: WeightsFacts): Record<string, string> {
  return {
    format, space, architecture: JSON.stringify(architecture), resolution: String(resolution), classes: String(classes), normalisation: JSON.stringify(normalisation),
    seed: String(seed), ...(classNames ? { classNames: JSON.stringify(classNames) } : {}),
  };
}
