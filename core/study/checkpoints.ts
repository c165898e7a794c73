import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EnvironmentError, messageOf } from '../base/errors.ts';
import { decodeSafetensors, encodeSafetensors } from '../model/safetensors.ts';
import type { WeightTensor } from '../model/safetensors.ts';
import { phases } from './eventTypes.ts';
import type { Phase } from './eventTypes.ts';
import {
  errorCode, makeDirectory, namesIn, removeQuietly, renameDurably, syncDirectory, temporaryPath, writeDurably, writeError,
  writeFileAtomic,
} from './files.ts';
import type { FileContent, WriteOptions } from './files.ts';

/** Everything a job needs to go on as if it had never stopped. */
export interface Checkpoint {
  readonly phase: Phase;
  /** Steps, generations or files done in this phase. */
  readonly step: number;
  /** Weights, optimizer moments and the like, by name. */
  readonly tensors: Readonly<Record<string, WeightTensor>>;
  /** Generator states, populations and the like; plain JSON. Whoever reads it back validates it. */
  readonly state: unknown;
}

export interface LoadedCheckpoint extends Checkpoint {
  /** Number of the newest event when it was saved. */
  readonly eventSeq: number;
  /** Newer checkpoints that could not be used, with the reason. */
  readonly damaged: readonly string[];
}

/*
 * checkpoints/latest.json names the checkpoints that count, newest first; each is a directory with
 *   weights.safetensors, state.json  and  checkpoint.json, which holds the sizes and checksums of the other two.
 * A directory appears under its name only when it is complete, and latest.json names it only after that.
 */
const formatVersion = 1;
const pointerName = 'latest.json';
const manifestName = 'checkpoint.json';
const weightsName = 'weights.safetensors';
const stateName = 'state.json';
/** The newest and one to fall back to, of each phase: a search still needs the weights that the training left. */
const keptPerPhase = 2;

const count = z.int().min(0);
const entrySchema = z.object({ name: z.string(), phase: z.enum(phases), step: count, sequence: count });
type Entry = z.infer<typeof entrySchema>;
const pointerSchema = z.object({ formatVersion: z.literal(formatVersion), checkpoints: z.array(entrySchema) });
const manifestSchema = z.object({
  formatVersion: z.literal(formatVersion),
  phase: z.enum(phases),
  step: count,
  sequence: count,
  files: z.record(z.string(), z.object({ sizeBytes: count, sha256: z.string() })),
});
const stateSchema = z.object({ phase: z.enum(phases), step: count, eventSeq: count, state: z.unknown() });

/**
 * Saves a checkpoint and then deletes those that are too old. Before it returns, everything is on the disk; when it
 * fails or the process dies, the checkpoints before are as they were. The caller must hold the study's lock.
 * @param directory the study's `checkpoints` folder; made when missing.
 * @returns the name of the folder written inside `directory`, and its size.
 * @throws EnvironmentError `disk-full` or `cannot-write`.
 */
export async function saveCheckpoint(
  directory: string,
  checkpoint: Checkpoint,
  options: WriteOptions & { eventSeq?: number } = {},
): Promise<{ name: string; sizeBytes: number }> {
  const { phase, step, tensors, state } = checkpoint;
  await makeDirectory(directory, options);
  const older = await listCheckpoints(directory);
  const sequence = Math.max(0, ...older.map((entry) => entry.sequence)) + 1;
  const name = await freeName(directory, `${phase}-${String(step).padStart(7, '0')}`);
  const files: Record<string, FileContent> = {
    [weightsName]: encodeSafetensors(tensors, { phase, step: String(step) }),
    [stateName]: `${JSON.stringify({ phase, step, eventSeq: options.eventSeq ?? 0, state })}\n`,
  };
  const manifest = { formatVersion, phase, step, sequence, files: mapValues(files, checksumOf) };

  const path = join(directory, name);
  const temporary = temporaryPath(path);
  try {
    await mkdir(temporary);
    for (const [file, content] of Object.entries(files)) await writeDurably(join(temporary, file), content);
    await writeDurably(join(temporary, manifestName), toJson(manifest));
    await syncDirectory(temporary);
    await renameDurably(temporary, path);
  } catch (error) {
    await removeQuietly(temporary);
    throw writeError(error, path, options.remedy);
  }

  const entries = [{ name, phase, step, sequence }, ...older];
  const kept = entries.filter((entry, i) => entries.slice(0, i).filter((newer) => newer.phase === entry.phase).length < keptPerPhase);
  try {
    await writeFileAtomic(join(directory, pointerName), toJson({ formatVersion, checkpoints: kept }), options);
  } catch (error) {
    // It could not be made to count, so it must not keep the room that the next try may need.
    await removeQuietly(path);
    throw error;
  }
  await removeUnlisted(directory, kept);
  const sizeBytes = Object.values(manifest.files).reduce((sum, file) => sum + file.sizeBytes, 0);
  return { name, sizeBytes };
}

/**
 * The newest checkpoint whose files are whole; undefined when none was saved yet.
 * @param options.phase only checkpoints of this phase.
 * @throws EnvironmentError `damaged-checkpoints` when there are some but none can be used.
 */
export async function loadLatestCheckpoint(
  directory: string,
  options: { phase?: Phase } = {},
): Promise<LoadedCheckpoint | undefined> {
  const entries = (await listCheckpoints(directory)).filter(({ phase }) => phase === (options.phase ?? phase));
  const damaged: string[] = [];
  for (const entry of entries) {
    try {
      return { ...await readCheckpoint(join(directory, entry.name)), damaged };
    } catch (error) {
      damaged.push(`${entry.name}: ${messageOf(error)}`);
    }
  }
  if (damaged.length === 0) return undefined;
  // A running job may have replaced all of them between the list and the reading.
  const now = (await listCheckpoints(directory)).filter(({ phase }) => phase === (options.phase ?? phase));
  if (now[0] !== undefined && now[0].sequence !== entries[0].sequence) return loadLatestCheckpoint(directory, options);
  throw new EnvironmentError(
    'damaged-checkpoints',
    `${directory}: no checkpoint can be used (${damaged.join('; ')}). Start the study again in another folder.`,
  );
}

/** Whether a checkpoint of a phase was saved, without reading it. */
export async function hasCheckpoint(directory: string, wanted: Phase): Promise<boolean> {
  return (await listCheckpoints(directory)).some(({ phase }) => phase === wanted);
}

/** Deletes checkpoints that never came to count, as a killed process leaves them. The caller must hold the study's lock. */
export async function removeUnfinishedCheckpoints(directory: string): Promise<void> {
  await removeUnlisted(directory, await listCheckpoints(directory));
}

/** What counts, newest first: what latest.json says or, should it be lost or damaged, every complete directory. */
async function listCheckpoints(directory: string): Promise<Entry[]> {
  const pointer = pointerSchema.safeParse(await readJson(join(directory, pointerName)));
  if (pointer.success) return pointer.data.checkpoints;
  const entries: Entry[] = [];
  for (const name of await namesIn(directory)) {
    if (!isCheckpointName(name)) continue;
    const manifest = manifestSchema.safeParse(await readJson(join(directory, name, manifestName)));
    if (manifest.success) entries.push({ name, ...entrySchema.omit({ name: true }).parse(manifest.data) });
  }
  return entries.sort((a, b) => b.sequence - a.sequence);
}

const isCheckpointName = (name: string) => phases.some((phase) => name.startsWith(`${phase}-`));

/** The content of a JSON file, or undefined when there is none or it cannot be parsed. */
async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || ['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return undefined;
    throw error;
  }
}

async function readCheckpoint(path: string): Promise<Omit<LoadedCheckpoint, 'damaged'>> {
  const manifest = manifestSchema.safeParse(await readJson(join(path, manifestName)));
  if (!manifest.success) throw new Error(`its ${manifestName} is missing or damaged`);
  const read = async (name: string) => {
    const bytes = await readFile(join(path, name));
    const expected = manifest.data.files[name];
    if (expected?.sizeBytes !== bytes.length || expected.sha256 !== checksumOf(bytes).sha256) {
      throw new Error(`${name} does not match its checksum`);
    }
    return bytes;
  };
  const { phase, step, eventSeq, state } = stateSchema.parse(JSON.parse((await read(stateName)).toString('utf8')));
  const { tensors } = decodeSafetensors(await read(weightsName), join(path, weightsName));
  return { phase, step, eventSeq, state, tensors };
}

/** A directory is never written twice: the one there may be what a resume needs. */
async function freeName(directory: string, base: string): Promise<string> {
  const taken = new Set(await namesIn(directory));
  let name = base;
  for (let n = 2; taken.has(name); n++) name = `${base}-${n}`;
  return name;
}

async function removeUnlisted(directory: string, listed: readonly Entry[]): Promise<void> {
  for (const name of await namesIn(directory)) {
    const isListed = listed.some((entry) => entry.name === name);
    if (isCheckpointName(name) && !isListed) await removeQuietly(join(directory, name));
  }
}

function checksumOf(content: FileContent): { sizeBytes: number; sha256: string } {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for (const piece of typeof content === 'string' || content instanceof Uint8Array ? [content] : content) {
    hash.update(piece);
    sizeBytes += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length;
  }
  return { sizeBytes, sha256: hash.digest('hex') };
}

function mapValues<T, U>(values: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}

const toJson = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;
