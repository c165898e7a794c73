import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import type { OnnxFile, ReadValue } from '../../graph/onnx/read.ts';

const three = z.tuple([z.number(), z.number(), z.number()]).readonly();
/** What the metadata of classifiers and backbones have in common. */
export const commonMetadata = { space: z.string(), architecture: z.unknown(), normalisation: z.object({ mean: three, std: three }).optional() };

const prefix = 'pocketformer.';
/** Texts, where all others are JSON. */
const plainTexts: readonly string[] = ['space', 'part'];

/** The metadata that Pocketformer wrote, by their short names; those that cannot be read are undefined. */
export function ownMetadata({ metadata }: OnnxFile): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => key.startsWith(prefix)).map(([key, text]) => {
    const name = key.slice(prefix.length);
    return [name, plainTexts.includes(name) ? text : jsonOf(text)];
  }));
}

/** @param name of the file @throws InputError `foreign-model` */
export function requireMetadata<T>(schema: z.ZodType<T>, metadata: unknown, name: string): T {
  const told = schema.safeParse(metadata);
  if (told.success) return told.data;
  throw new InputError('foreign-model', `${name}: its metadata do not tell what network it is, as those of models do that Pocketformer wrote.`, { cause: told.error });
}

/** Sizes of an input or output: numbers, or names of free ones. @param name of the file @throws InputError `foreign-model` */
export function shapeOf(values: readonly ReadValue[], wanted: string, name: string): (number | string)[] {
  const found = values.find((value) => value.name === wanted);
  if (found === undefined) throw new InputError('foreign-model', `${name}: has no input or output "${wanted}".`);
  return found.dims.map((size) => (size === '' ? '?' : size));
}

export const digestOf = (bytes: Uint8Array) => ({ sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
