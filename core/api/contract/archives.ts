import { z } from 'zod';
import { withoutKinds } from '../../study/archive/manifest.ts';
import { count, path, studyId } from './common.ts';

/** A study of the library, or a training by the name of its folder. */
const subject = z.union([z.strictObject({ study: studyId }), z.strictObject({ training: z.string().min(1) })]);
const progress = z.object({ fraction: z.number(), words: z.string() });

export const archiveMethods = {
  /** Packs a study or training that is not being run into one file that is not there yet; `out` is relative to the library. */
  'archives.pack': {
    input: z.object({ of: subject, out: path, without: z.enum(withoutKinds).nullable() }),
    progress,
    output: z.object({
      path, sizeBytes: count, files: count,
      /** The folder of images, which is not in it. */
      images: z.string().nullable(),
      missing: z.array(z.object({ setting: z.string(), path: z.string() })), skipped: z.array(z.string()),
    }),
  },
  /** Opens a packed study or training as a new folder of the library. */
  'archives.open': {
    input: z.object({ path }),
    progress,
    output: z.object({ study: studyId.nullable(), training: z.string().nullable(), name: z.string(), directory: path, missingImages: z.string().nullable() }),
  },
  /** Tells a study or training where its images are now; they must be the same. `isChecked` is false where none had been read yet. */
  'archives.relink': {
    input: z.object({ of: subject, path }),
    progress,
    output: z.object({ path, trainImages: count, valImages: count, isChecked: z.boolean() }),
  },
} as const;
