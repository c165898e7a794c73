import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, PocketformerError } from '../../base/errors.ts';
import { manifestName, parseManifest, setDifference } from '../../latency/measurements/manifest.ts';
import { studyLockHolder, type LockHolder } from '../lock.ts';
import { SessionFollower } from '../measuring/sessionFollower.ts';
import { sessionPaths } from '../measuring/sessionFolder.ts';
import { calibrationPaths, readCalibration, type Calibration } from './calibrationFile.ts';
import { deviceFolderNames, devicesFolder } from './deviceFolders.ts';
import { modelVersions } from './modelVersions.ts';

/** How one set of a calibration stands. */
export interface PartRow {
  readonly networks: number;
  readonly probes: number;
  readonly isExported: boolean;
  /** What the precision does to its networks' logits, in per cent of the largest; null in float32, and before it is exported. */
  readonly difference: { readonly medianPercent: number; readonly worstPercent: number } | null;
  /** Of int8: what activations got their ranges from. */
  readonly ranges: string | null;
  /** Folder of the session that measures it. */
  readonly session: string;
  /** Rounds; null before the session has begun. */
  readonly measured: { readonly done: number; readonly total: number; readonly isFinished: boolean } | null;
}

/** A device of one's own as its folder tells. */
export interface CalibrationRow {
  readonly name: string;
  readonly directory: string;
  /** Null when it cannot be read, or when there is a model alone. */
  readonly calibration: Calibration | null;
  readonly parts: readonly PartRow[];
  /** Path of the model, when there is one. */
  readonly model: string | null;
  /** Paths of the model and its refits, the earliest first. */
  readonly models: readonly string[];
  /** Something was measured after the latest of them was made. */
  readonly isStale: boolean;
  /** Processes that calibrate it, or measure one of its sessions. */
  readonly holders: readonly LockHolder[];
  /** Why it cannot be read. */
  readonly problem: { readonly code: string; readonly message: string } | null;
}

/** The devices of a library, calibrated or on the way there; sessions are read once and then followed. */
export class CalibrationList {
  readonly #followers = new Map<string, SessionFollower>();
  readonly #sets = new Map<string, { readonly version: number; readonly set: Pick<PartRow, 'isExported' | 'difference' | 'ranges'> }>();

  /** @param library folder of studies. @returns by name */
  async rows(library: string): Promise<CalibrationRow[]> {
    const rows: CalibrationRow[] = [];
    for (const name of deviceFolderNames(library)) {
      const row = await this.#row(name, join(devicesFolder(library), name));
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  async #row(name: string, directory: string): Promise<CalibrationRow | undefined> {
    const paths = calibrationPaths(directory);
    const model = existsSync(paths.model) ? paths.model : null;
    const models = modelVersions(paths.model);
    const nothing = { name, directory, model, models, calibration: null, parts: [], isStale: false, holders: [], problem: null };
    // A folder in which nothing is of ours is none of ours.
    if (!existsSync(paths.file)) return model === null ? undefined : nothing;
    try {
      const calibration = await readCalibration(directory);
      const parts: PartRow[] = [];
      for (const [i, { networks, probes }] of calibration.parts.entries()) {
        const session = paths.session(i + 1);
        parts.push({ networks, probes, ...this.#set(join(paths.set(i + 1), manifestName)), session, measured: await this.#measured(session) });
      }
      const holders = [directory, ...parts.map(({ session }) => session)].flatMap((folder) => (existsSync(folder) ? studyLockHolder(folder) ?? [] : []));
      const fittedMs = Math.max(...models.map(modifiedMs));
      const isStale = model !== null && parts.some(({ session }) => modifiedMs(sessionPaths(session).entries) > fittedMs);
      return { ...nothing, calibration, parts, holders, isStale };
    } catch (error) {
      // One damaged folder does not hide the others.
      return { ...nothing, problem: { code: error instanceof PocketformerError ? error.code : 'unexpected', message: messageOf(error) } };
    }
  }

  /** A manifest is written once and whole. */
  #set(path: string): Pick<PartRow, 'isExported' | 'difference' | 'ranges'> {
    const version = modifiedMs(path);
    const known = this.#sets.get(path);
    if (known?.version === version) return known.set;
    const models = version === 0 ? [] : parseManifest(readFileSync(path, 'utf8'), path).models;
    const set = { isExported: version > 0, difference: setDifference(models) ?? null, ranges: models.find(({ calibration }) => calibration !== undefined)?.calibration ?? null };
    this.#sets.set(path, { version, set });
    return set;
  }

  async #measured(session: string): Promise<PartRow['measured']> {
    const follower = this.#followers.get(session) ?? new SessionFollower(session);
    this.#followers.set(session, follower);
    await follower.update();
    const { state } = follower;
    return state === undefined ? null : { done: state.done, total: state.total, isFinished: state.isFinished };
  }
}

const modifiedMs = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
