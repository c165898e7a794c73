import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { winnersOf } from '../../search/winners.ts';
import { makeDirectory, writeFileAtomic } from '../files.ts';
import { describeStudy } from '../folder.ts';
import { readResult } from '../readResult.ts';
import { requireTraining } from '../requireTraining.ts';
import { readSummary } from '../summary.ts';
import type { TransferFile } from './transferFile.ts';

const networkSchema = z.object({
  id: z.string(),
  key: z.string(),
  /** Under which the space publishes it. */
  name: z.string().optional(),
  arch: z.unknown(),
  /** Devices whose winner it is. */
  devices: z.array(z.string()),
  /** With the supernet's weights, on the study's own images. */
  accuracy: z.number(),
});
export type TransferredNetwork = z.output<typeof networkSchema>;

const planSchema = z.object({
  format: z.literal('pocketformer-transfer-plan'),
  version: z.literal(1),
  name: z.string(),
  /** The transfer file's text. */
  text: z.string(),
  baseDir: z.string(),
  study: z.string(),
  space: z.string(),
  /** As training files name them, in the study's order. */
  devices: z.array(z.string()),
  budgets: z.array(z.object({ device: z.string(), maxMs: z.number().optional() })),
  networks: z.array(networkSchema).min(1),
});

/** What is trained. Written into the folder when a transfer begins, so that whatever the study finds later changes nothing. */
export type TransferPlan = z.output<typeof planSchema>;

/** Where a transfer's files are. */
export function transferPaths(directory: string) {
  const results = join(directory, 'results');
  return {
    plan: join(directory, 'transfer.json'), runs: join(directory, 'runs'),
    /** Decoded images, for all runs; can be deleted. */
    cache: join(directory, 'cache'),
    results, summary: join(results, 'transfer.json'), table: join(results, 'transfer.md'), figure: join(results, 'transfer.svg'),
  };
}

/** Whether a folder is a transfer's. */
export const isTransfer = (directory: string) => existsSync(transferPaths(directory).plan);

/**
 * The winners of a study's devices.
 * @throws InputError `no-summary`, `no-fronts` before the search, `training-free-study` where nothing was trained that could be transferred
 */
export async function planTransfer({ settings, text, baseDir }: Omit<TransferFile, 'path'>): Promise<TransferPlan> {
  const study = await describeStudy(resolve(baseDir, settings.study));
  const { devices, space } = requireTraining(study.settings, study.directory);
  const { result } = await readSummary(study.paths.summary);
  const winners = result ? winnersOf(result, settings.perDevice) : [];
  if (result === null || winners.length === 0) {
    throw new InputError('no-fronts', `${study.directory}: has no fronts to take winners from; finish it with "pocketformer resume ${study.directory}" first.`);
  }
  return {
    format: 'pocketformer-transfer-plan', version: 1, name: settings.name, text, baseDir, study: study.settings.name, space,
    devices: settings.devices.length > 0 ? settings.devices
      : devices.map((choice) => ('file' in choice && choice.file !== undefined ? resolve(study.info.baseDir, choice.file) : choice.name!)),
    budgets: result.devices.map(({ device, maxMs }) => ({ device, ...(maxMs === undefined ? {} : { maxMs }) })),
    networks: winners.map(({ entry: { id, key, name, arch, value }, devices: wanting }) => (
      { id, key, ...(name === undefined ? {} : { name }), arch, devices: [...wanting], accuracy: value })),
  };
}

/** The plan in a folder; undefined where there is none. @throws InputError `damaged-result` */
export function readPlan(directory: string): Promise<TransferPlan | undefined> {
  return readResult(transferPaths(directory).plan, planSchema, 'does not describe a transfer; was it edited?');
}

/** The plan of a folder, made where it has none. @throws InputError `other-transfer` when it has that of another file, and those of planning */
export async function keptPlan(directory: string, file: TransferFile): Promise<TransferPlan> {
  const known = await readPlan(directory);
  if (known) {
    if (known.text === file.text && known.baseDir === file.baseDir) return known;
    throw new InputError('other-transfer', `${directory}: holds a transfer by another file; go on with that, or choose another folder with --out.`);
  }
  const plan = await planTransfer(file);
  const remedy = 'free space, then call the same command again.';
  await makeDirectory(directory, { remedy });
  await writeFileAtomic(transferPaths(directory).plan, `${JSON.stringify(plan, undefined, 1)}\n`, { remedy });
  return plan;
}
