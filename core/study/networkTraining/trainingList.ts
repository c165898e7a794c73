import { basename } from 'node:path';
import { messageOf, PocketformerError } from '../../base/errors.ts';
import { changedAt, jobFolders } from '../library/jobFolders.ts';
import { studyLockHolder, type LockHolder } from '../lock.ts';
import type { StudyStatus } from '../studyInfo.ts';
import { isTraining, readTraining, trainingPaths } from './trainingFolder.ts';
import { readTrainingResult } from './trainingResult.ts';

/** A training as its folder tells. */
export interface TrainingRow {
  /** Name of its folder in the library. */
  readonly training: string;
  readonly directory: string;
  readonly name: string;
  /** Null where it cannot be read. */
  readonly space: string | null;
  readonly status: StudyStatus;
  /** ISO time; empty where it cannot be read. */
  readonly created: string;
  /** On the validation images, and of the exported network; null before it is finished. */
  readonly found: { readonly accuracy: number; readonly macs: number; readonly params: number } | null;
  readonly holder: LockHolder | null;
  /** Why it cannot be read. */
  readonly problem: { readonly code: string; readonly message: string } | null;
}

interface Known {
  readonly signature: string;
  readonly row: Omit<TrainingRow, 'holder'>;
}

/** The trainings of a library; each is read again only when its files have changed. */
export class TrainingList {
  readonly #known = new Map<string, Known>();

  /** @param library folder of studies and trainings. @returns the newest first */
  async rows(library: string): Promise<TrainingRow[]> {
    const rows: TrainingRow[] = [];
    for (const directory of jobFolders(library, isTraining)) rows.push(await this.#row(directory));
    return rows.sort((a, b) => (a.created < b.created ? 1 : a.created > b.created ? -1 : a.training < b.training ? -1 : 1));
  }

  async #row(directory: string): Promise<TrainingRow> {
    const holder = studyLockHolder(directory) ?? null;
    const { info, result, trainingFile } = trainingPaths(directory);
    const signature = [info, result, trainingFile].map(changedAt).join(' ');
    let known = this.#known.get(directory);
    if (known?.signature !== signature) this.#known.set(directory, known = { signature, row: await readRow(directory) });
    // Without a process that has it, nothing is running.
    const status = known.row.status === 'running' && holder === null ? 'interrupted' : known.row.status;
    return { ...known.row, status, holder };
  }
}

async function readRow(directory: string): Promise<Known['row']> {
  const training = basename(directory);
  try {
    const { settings, info, paths } = await readTraining(directory);
    const result = await readTrainingResult(paths);
    return {
      training, directory, name: info.name, space: settings.space, status: info.status === 'interrupted' ? 'running' : info.status, created: info.created,
      found: result ? { accuracy: result.evaluation.accuracy, macs: result.macs, params: result.params } : null, problem: null,
    };
  } catch (error) {
    const problem = { code: error instanceof PocketformerError ? error.code : 'unreadable', message: messageOf(error) };
    return { training, directory, name: training, space: null, status: 'failed', created: '', found: null, problem };
  }
}
