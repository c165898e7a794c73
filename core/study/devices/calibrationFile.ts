import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { precisionSchema, targetSchema } from '../../latency/measurements/record.ts';
import { protocolSettingsSchema } from '../../latency/protocol/settings.ts';
import { writeFileAtomic } from '../files.ts';
import { toldSchema, waySchema } from '../measuring/measuringTask.ts';
import { quantisationSchema } from '../quantisationLimits.ts';
import { readText } from '../textFile.ts';

/*
 * A device of one's own is a folder: what was chosen (this file), sets of models, sessions that measured them, what was
 * imported, and the device model made of all that. Each part has the form that the command line writes and reads.
 */

const fileName = 'calibration.json';

/** Where the parts of a device's folder lie; sets and sessions are numbered from 1, each session measures the set of its number. */
export const calibrationPaths = (directory: string) => ({
  file: join(directory, fileName),
  set: (part: number) => join(directory, 'sets', String(part)),
  session: (part: number) => join(directory, 'sessions', String(part)),
  imports: join(directory, 'imports'),
  /** Named after the folder, because a model has its file's name. */
  model: join(directory, `${basename(directory)}.json`),
});

/** What a person says of a device whose measurements are imported. */
export const importedTargetSchema = targetSchema.omit({ threads: true, provider: true, precision: true })
  .extend(targetSchema.pick({ threads: true, provider: true, precision: true }).partial().shape);

const sourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('measure'), on: waySchema, told: toldSchema.optional(), threads: z.int().min(1).max(1024).default(1),
    processors: z.array(z.int().min(0).max(4095)).min(1).optional(), settings: protocolSettingsSchema.prefault({}),
  }),
  z.strictObject({ kind: z.literal('import'), target: importedTargetSchema }),
]);

/** For int8: images that activations get their ranges from, of which latency hardly depends. */
export const setImagesSchema = quantisationSchema.extend({ folder: z.string().min(1) });

/** Networks and blocks measured alone that one set adds to those before it. */
export const partSchema = z.strictObject({ networks: z.int().min(0).max(1000), probes: z.int().min(0).max(5000) })
  .refine(({ networks, probes }) => networks + probes > 0, 'expected at least one network or block');

export const calibrationSchema = z.strictObject({
  format: z.literal('pocketformer-calibration').default('pocketformer-calibration'),
  version: z.literal(1).default(1),
  /** For people. */
  title: z.string().trim().min(1).max(100),
  created: z.iso.datetime(),
  space: z.string().min(1),
  classes: z.int().min(1),
  /** Of the choice of models and of the order of rounds. */
  seed: z.int().min(0).default(1),
  /** Known devices to start from: names, or paths of files. */
  from: z.array(z.string().min(1)).default([]),
  source: sourceSchema,
  /** Of the files that are measured. */
  precision: precisionSchema.default('float32'),
  images: setImagesSchema.optional(),
  parts: z.array(partSchema).default([]),
}).refine(({ precision, images }) => images === undefined || precision === 'int8', 'images go with int8');
export type Calibration = z.output<typeof calibrationSchema>;
export type CalibrationInput = z.input<typeof calibrationSchema>;

/** @throws InputError `missing-file`, `damaged-calibration` naming what is wrong */
export async function readCalibration(directory: string): Promise<Calibration> {
  const { file } = calibrationPaths(directory);
  const text = await readText(file);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new InputError('damaged-calibration', `${file}: is not JSON.`, { cause: error });
  }
  const parsed = calibrationSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InputError('damaged-calibration', `${file}: ${issue.path.join('.') || 'the file'}: ${issue.message}.`, { cause: parsed.error });
  }
  return parsed.data;
}

/** How the model of a file was calibrated; undefined where no readable calibration lies beside it. */
export async function calibrationBeside(modelPath: string): Promise<Calibration | undefined> {
  try {
    return await readCalibration(dirname(modelPath));
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** @throws EnvironmentError `disk-full` or `cannot-write` */
export function writeCalibration(directory: string, calibration: Calibration): Promise<void> {
  return writeFileAtomic(calibrationPaths(directory).file, `${JSON.stringify(calibration, undefined, 2)}\n`);
}
