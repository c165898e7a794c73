import { basename, join } from 'node:path';
import { messageOf, PocketformerError } from '../../base/errors.ts';
import { changedAt, jobFolders } from '../library/jobFolders.ts';
import { studyLockHolder, type LockHolder } from '../lock.ts';
import { isTraining, trainingPaths } from '../networkTraining/trainingFolder.ts';
import { readTrainingResult } from '../networkTraining/trainingResult.ts';
import { readStudyInfo, type StudyStatus } from '../studyInfo.ts';
import { keptTransferFile, runsOf } from './keptTransfer.ts';
import { runName } from './transferFile.ts';
import { isTransfer, readPlan, transferPaths } from './transferPlan.ts';

/** One training of a transfer, as its folder tells. */
export interface TransferRunRow {
  /** Name of its folder below `runs/`. */
  readonly run: string;
  readonly id: string;
  /** Under which the space publishes the network. */
  readonly name: string | null;
  readonly seed: number;
  /** `created` also before there is a folder. */
  readonly status: StudyStatus;
  /** On the validation images; null before it is finished. */
  readonly accuracy: number | null;
}

/** A transfer as its folder tells. */
export interface TransferRow {
  /** Name of its folder in the library. */
  readonly transfer: string;
  readonly directory: string;
  readonly name: string;
  /** Name of the study whose winners it moves, and their space; null where it cannot be read. */
  readonly study: string | null;
  readonly space: string | null;
  readonly status: StudyStatus;
  /** ISO time; empty where it cannot be read. */
  readonly created: string;
  readonly networks: number;
  readonly runs: readonly TransferRunRow[];
  readonly holder: LockHolder | null;
  /** Why it cannot be read. */
  readonly problem: { readonly code: string; readonly message: string } | null;
}

interface KnownRun {
  readonly signature: string;
  readonly status: StudyStatus;
  readonly accuracy: number | null;
}
type KnownPlan = Pick<TransferRow, 'name' | 'study' | 'space' | 'created' | 'networks' | 'problem'> & {
  readonly signature: string;
  readonly runs: readonly Pick<TransferRunRow, 'run' | 'id' | 'name' | 'seed'>[];
};

/** The transfers of a library; each part is read again only when its files have changed. */
export class TransferList {
  readonly #plans = new Map<string, KnownPlan>();
  readonly #runs = new Map<string, KnownRun>();

  /** @param library folder of studies, trainings and transfers. @returns the newest first */
  async rows(library: string): Promise<TransferRow[]> {
    const rows: TransferRow[] = [];
    for (const directory of jobFolders(library, isTransfer)) rows.push(await this.#row(directory));
    return rows.sort((a, b) => (a.created < b.created ? 1 : a.created > b.created ? -1 : a.transfer < b.transfer ? -1 : 1));
  }

  async #row(directory: string): Promise<TransferRow> {
    const { plan, runs: folder } = transferPaths(directory);
    const signature = String(changedAt(plan));
    let known = this.#plans.get(directory);
    if (known?.signature !== signature) this.#plans.set(directory, known = { signature, ...await readPlanRow(directory) });
    const { signature: _, runs: wanted, ...row } = known;
    const holders = wanted.map(({ run }) => join(folder, run)).filter(isTraining).flatMap((each) => studyLockHolder(each) ?? []);
    const runs = await Promise.all(wanted.map(async (run): Promise<TransferRunRow> => ({ ...run, ...await this.#run(join(folder, run.run)) })));
    return { ...row, transfer: basename(directory), directory, runs, status: statusOf(runs, row.problem !== null), holder: holders[0] ?? null };
  }

  async #run(directory: string): Promise<Pick<TransferRunRow, 'status' | 'accuracy'>> {
    if (!isTraining(directory)) return { status: 'created', accuracy: null };
    const paths = trainingPaths(directory);
    const signature = [paths.info, paths.result].map(changedAt).join(' ');
    let known = this.#runs.get(directory);
    if (known?.signature !== signature) this.#runs.set(directory, known = { signature, ...await readRun(directory) });
    // Without a process that has it, nothing is running.
    const isLeft = known.status === 'running' && studyLockHolder(directory) === undefined;
    return { status: isLeft ? 'interrupted' : known.status, accuracy: known.accuracy };
  }
}

function statusOf(runs: readonly TransferRunRow[], isBroken: boolean): StudyStatus {
  if (isBroken || runs.some(({ status }) => status === 'failed')) return 'failed';
  if (runs.some(({ status }) => status === 'running')) return 'running';
  if (runs.every(({ status }) => status === 'finished')) return 'finished';
  return runs.every(({ status }) => status === 'created') ? 'created' : 'interrupted';
}

async function readPlanRow(directory: string): Promise<Omit<KnownPlan, 'signature'>> {
  try {
    const file = await keptTransferFile(directory);
    const { study, space, networks } = (await readPlan(directory))!;
    return {
      name: file.settings.name, study, space, networks: networks.length, created: new Date(changedAt(transferPaths(directory).plan)).toISOString(), problem: null,
      runs: runsOf(file, { networks }).map(({ network, seed }) => ({ run: runName(network, seed), id: network.id, name: network.name ?? null, seed })),
    };
  } catch (error) {
    const problem = { code: error instanceof PocketformerError ? error.code : 'unreadable', message: messageOf(error) };
    return { name: basename(directory), study: null, space: null, networks: 0, created: '', problem, runs: [] };
  }
}

/** A run that cannot be read has failed; what is wrong with it is told when it is gone on with. */
async function readRun(directory: string): Promise<Pick<KnownRun, 'status' | 'accuracy'>> {
  const paths = trainingPaths(directory);
  try {
    const { status } = await readStudyInfo(paths.info, directory);
    return { status, accuracy: status === 'finished' ? (await readTrainingResult(paths))?.evaluation.accuracy ?? null : null };
  } catch (error) {
    if (error instanceof PocketformerError) return { status: 'failed', accuracy: null };
    throw error;
  }
}
