import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { EnvironmentError, InputError, messageOf } from '../../../base/errors.ts';
import type { Normalisation } from '../../../data/normalisation.ts';
import { readModel, type OnnxFile } from '../../../graph/onnx/read.ts';

/** What a teacher's file says besides its network. */
export interface TeacherFile {
  /** Of all its bytes, with those of files beside it that hold its weights. */
  readonly sha256: string;
  /** Of all of them together. */
  readonly bytes: number;
  /** Present in files that Pocketformer exported, as core/export/metadata.ts writes them. */
  readonly normalisation?: Normalisation;
  /** In the order of the logits; present as `normalisation` is. */
  readonly classNames?: readonly string[];
}

const three = z.tuple([z.number(), z.number(), z.number()]);
const normalisationSchema = z.object({ mean: three, std: three });
const classNamesSchema = z.array(z.string());

/** @throws InputError `missing-file`, `not-a-teacher`; EnvironmentError `unreadable-file` */
export async function readTeacherFile(path: string): Promise<TeacherFile> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(error, path, `the teacher ${path}`);
  });
  const model = parse(bytes, path);
  const hash = createHash('sha256').update(bytes);
  let size = bytes.length;
  for (const name of new Set(model.initializers.flatMap(({ externalFile }) => externalFile ?? []))) {
    const weights = join(dirname(path), name);
    try {
      const stream = createReadStream(weights);
      await pipeline(stream, hash, { end: false });
      size += stream.bytesRead;
    } catch (error) {
      throw unreadable(error, weights, `${weights}, where the teacher ${path} keeps weights`);
    }
  }
  return {
    sha256: hash.digest('hex'),
    bytes: size,
    normalisation: stored(model, 'normalisation', normalisationSchema, path),
    classNames: stored(model, 'classNames', classNamesSchema, path),
  };
}

function parse(bytes: Uint8Array, path: string): OnnxFile {
  try {
    return readModel(bytes);
  } catch (cause) {
    throw new InputError('not-a-teacher', `${path} is no ONNX file: ${messageOf(cause)}`, { cause });
  }
}

function stored<T>(model: OnnxFile, key: string, schema: z.ZodType<T>, path: string): T | undefined {
  const text = model.metadata[`pocketformer.${key}`];
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new InputError('not-a-teacher', `${path}: its entry pocketformer.${key} cannot be read. Export the network again.`, { cause });
  }
}

function unreadable(error: unknown, path: string, what: string): InputError | EnvironmentError {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
    ? new InputError('missing-file', `There is no file ${what}.`, { cause: error, details: { path } })
    : new EnvironmentError('unreadable-file', `Cannot read ${what}: ${messageOf(error)}`, { cause: error, details: { path } });
}
