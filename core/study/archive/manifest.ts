import { z } from 'zod';
import { sha256Schema } from '../../latency/measurements/record.ts';

/** The list of an archive's files, in the archive itself. */
export const manifestName = 'pocketformer-archive.json';
/** What an opened study keeps of the archive that it came in. */
export const originName = 'archive.json';

export const archiveVersion = 1;

/** Images are named, not packed: they are large, and often not one's own to hand on. */
export const packedDataSchema = z.object({
  /** Absolute, on the machine where it was packed. */
  path: z.string(),
  /** Of classes, pixels, labels and split; null where the images had not been read yet. */
  id: z.string().nullable(),
  trainImages: z.int().nullable(), valImages: z.int().nullable(),
});
export type PackedData = z.output<typeof packedDataSchema>;

export const withoutKinds = ['checkpoints', 'weights'] as const;

const commonSchema = z.object({
  kind: z.enum(['study', 'training']),
  name: z.string().min(1).max(200),
  /** ISO 8601. */
  packed: z.string(),
  pocketformerVersion: z.string(),
  /** What was left out: checkpoints alone, or everything that holds weights. */
  without: z.enum(withoutKinds).nullable(),
  /** Null where no folder of images is needed. */
  data: packedDataSchema.nullable(),
  /** Folders that settings name and that are not in the archive. */
  missing: z.array(z.object({ setting: z.string(), path: z.string() })),
});

export const manifestSchema = commonSchema.extend({
  format: z.literal('pocketformer-archive'), version: z.literal(archiveVersion),
  files: z.array(z.object({ path: z.string().min(1).max(1000), sizeBytes: z.int().min(0), sha256: sha256Schema })),
});
export type ArchiveManifest = z.output<typeof manifestSchema>;
export type PackedFile = ArchiveManifest['files'][number];

export const originSchema = commonSchema.extend({
  format: z.literal('pocketformer-opened-archive'), version: z.literal(archiveVersion),
  /** Name of the archive's file. */
  archive: z.string(),
  opened: z.string(),
});
export type ArchiveOrigin = z.output<typeof originSchema>;
