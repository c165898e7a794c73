import { basename, dirname, extname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { judgeRecipe, parseJudged, type Judgement } from '../networkTraining/recipeFile.ts';
import { headSchema, parseTrainingFile, trainingSchema, type TrainingFile } from '../networkTraining/trainingFile.ts';
import { readText } from '../textFile.ts';
import type { TransferredNetwork } from './transferPlan.ts';

const own = {
  study: z.string().min(1).describe("folder of a study that has trained a supernet, relative to the file; the winners of its devices are what is transferred"),
  perDevice: z.int().min(1).max(100).default(3).describe('winners of each device, spread over its front'),
  head: headSchema,
  seeds: z.int().min(1).max(100).default(3).describe('trainings of each network, with the seed and those that follow it'),
};

/** A training file for several networks: in place of one with its beginning it names a study. */
export const transferSchema = z.strictObject({ ...trainingSchema.omit({ space: true, arch: true, start: true }).shape, ...own });

export type TransferSettings = z.output<typeof transferSchema> & { readonly name: string };

export interface TransferFile {
  readonly settings: TransferSettings;
  /** The file exactly as it was written. */
  readonly text: string;
  readonly path: string;
  /** Absolute; paths in the settings are relative to it. */
  readonly baseDir: string;
}

/** @throws InputError `missing-file`, `not-a-text-file`, and those of `parseTransferFile` */
export async function readTransferFile(path: string): Promise<TransferFile> {
  const text = await readText(path);
  return { settings: parseTransferFile(text, path), text, path, baseDir: dirname(resolve(path)) };
}

/**
 * @param path name of the file, for messages; without a `name` setting the transfer is called like it
 * @throws InputError `invalid-yaml`, `invalid-transfer-file`, `study-version`: one line with the file, the line, the setting, what is accepted and
 * what was there
 */
export function parseTransferFile(text: string, path: string): TransferSettings {
  return parseJudged(text, path, (written) => judgeTransfer(written, path));
}

/**
 * Judges what a transfer file says, as plain data.
 * @param path as in `parseTransferFile`
 * @throws InputError `study-version`
 */
export function judgeTransfer(written: unknown, path: string): Judgement<TransferSettings> {
  const judged = judgeRecipe(transferSchema, written, path, 'invalid-transfer-file');
  return 'settings' in judged ? { settings: { ...judged.settings, name: judged.settings.name ?? basename(path, extname(path)) } } : judged;
}

/** The training file of one network with one seed: what the transfer's says, with its own beginning. */
export function trainingFileOf({ text, path, baseDir, settings }: TransferFile, { space, devices }: { space: string; devices: readonly string[] }, network: TransferredNetwork, seed: number): TrainingFile {
  const document = parseDocument(text);
  for (const key of Object.keys(own)) document.delete(key);
  const head = { name: runName(network, seed), seed, space, arch: network.arch, start: { study: settings.study, head: settings.head }, devices };
  for (const [key, value] of Object.entries(head)) document.set(key, document.createNode(value));
  const whole = document.toString({ lineWidth: 0 });
  return { text: whole, path, baseDir, settings: parseTrainingFile(whole, path) };
}

/** Of a training's folder below `runs/`. */
export const runName = ({ id }: Pick<TransferredNetwork, 'id'>, seed: number) => `${id}-seed-${seed}`;
