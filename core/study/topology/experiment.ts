import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { makeDirectory, writeFileAtomic } from '../files.ts';
import { acquireStudyLock, type StudyLock } from '../lock.ts';
import { appendRecord, readRecords, type RecordsRead } from '../recordLog.ts';

const remedy = 'free space, then call the same command again.';

/** How plans and records of a kind of experiment are read. */
export interface ExperimentSchemas<Plan, Rec> {
  readonly plan: z.ZodType<Plan>;
  readonly record: z.ZodType<Rec>;
}

/**
 * An experiment in a folder of its own: `plan.json` says what is to be done, `records.ndjson` holds everything measured so far, a
 * line each, and `results` what came out. The records are its only memory.
 */
export class Experiment<Rec extends object> {
  readonly #directory: string;
  readonly #lock: StudyLock;
  readonly #records: Rec[];
  #endByte: number;

  private constructor(directory: string, lock: StudyLock, { records, endByte }: RecordsRead<Rec>) {
    this.#directory = directory;
    this.#lock = lock;
    this.#records = [...records];
    this.#endByte = endByte;
  }

  /**
   * Takes a folder for this process until `release`, and writes down what is to be done there, unless it holds just that.
   * @throws InputError `other-experiment` when the folder holds a different one, `damaged-plan`, `damaged-records`; EnvironmentError
   * `study-in-use`
   */
  static async take<Plan extends object, Rec extends object>(
    directory: string, plan: Plan, schemas: ExperimentSchemas<Plan, Rec>,
  ): Promise<Experiment<Rec>> {
    await makeDirectory(directory, { remedy });
    const lock = await acquireStudyLock(directory);
    try {
      await settlePlan(directory, plan, schemas.plan);
      return new Experiment(directory, lock, await readRecords(recordsPath(directory), schemas.record));
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get records(): readonly Rec[] {
    return this.#records;
  }

  /** Returns when the record is on the disk. @throws EnvironmentError `disk-full`, `cannot-write` */
  async append(record: Rec): Promise<void> {
    this.#endByte = await appendRecord(recordsPath(this.#directory), record, this.#endByte);
    this.#records.push(record);
  }

  /** Writes files of the results, by name. */
  async writeResults(files: Readonly<Record<string, string>>): Promise<void> {
    const results = join(this.#directory, 'results');
    await makeDirectory(results, { remedy });
    for (const [name, text] of Object.entries(files)) await writeFileAtomic(join(results, name), text, { remedy });
  }

  release(): void {
    this.#lock.release();
  }
}

/**
 * What a folder holds so far, whoever works in it; undefined where nothing has begun.
 * @throws InputError `damaged-plan`, also for an experiment of another kind, `damaged-records`
 */
export async function readExperiment<Plan, Rec>(directory: string, schemas: ExperimentSchemas<Plan, Rec>): Promise<{ plan: Plan; records: readonly Rec[] } | undefined> {
  const path = planPath(directory);
  if (!existsSync(path)) return undefined;
  const plan = await readPlan(path, schemas.plan);
  return { plan, records: (await readRecords(recordsPath(directory), schemas.record)).records };
}

const planPath = (directory: string) => join(directory, 'plan.json');
const recordsPath = (directory: string) => join(directory, 'records.ndjson');

async function settlePlan<Plan extends object>(directory: string, plan: Plan, schema: z.ZodType<Plan>): Promise<void> {
  const path = planPath(directory);
  if (!existsSync(path)) {
    await writeFileAtomic(path, `${JSON.stringify(plan, undefined, 1)}\n`, { remedy });
    return;
  }
  const known = await readPlan(path, schema);
  const differing = (Object.keys(plan) as (keyof Plan)[]).filter((key) => JSON.stringify(known[key]) !== JSON.stringify(plan[key]));
  if (differing.length > 0) {
    throw new InputError('other-experiment', `${directory}: holds one with other ${differing.join(', ')}; go on with that by the same options, or choose another folder with --out.`);
  }
}

async function readPlan<Plan>(path: string, schema: z.ZodType<Plan>): Promise<Plan> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new InputError('damaged-plan', `${path}: does not describe such an experiment; was it edited?`, { cause: error });
  }
}
