import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { makeDirectory, writeFileAtomic } from '../files.ts';
import { acquireStudyLock, type StudyLock } from '../lock.ts';

const remedy = 'free space, then call the same command again.';

export interface ExperimentFolder {
  readonly directory: string;
  /** What is to be done; written when the experiment begins. */
  readonly planPath: string;
  /** Everything measured so far, a line each: the experiment's only memory. */
  readonly recordsPath: string;
  readonly results: string;
}

export function experimentFolder(directory: string): ExperimentFolder {
  return { directory, planPath: join(directory, 'plan.json'), recordsPath: join(directory, 'records.ndjson'), results: join(directory, 'results') };
}

/**
 * Takes an experiment's folder for this process and writes down what is to be done there, unless it holds just that.
 * @throws InputError `other-experiment` when the folder holds a different one; EnvironmentError `study-in-use`
 */
export async function takeExperiment<T extends object>(directory: string, schema: z.ZodType<T>, plan: T): Promise<StudyLock> {
  await makeDirectory(directory, { remedy });
  const lock = await acquireStudyLock(directory);
  try {
    const known = await readPlan(directory, schema);
    if (known === undefined) {
      await writeFileAtomic(experimentFolder(directory).planPath, `${JSON.stringify(plan, undefined, 1)}\n`, { remedy });
    } else if (JSON.stringify(known) !== JSON.stringify(plan)) {
      const differing = (Object.keys(plan) as (keyof T)[]).filter((key) => JSON.stringify(known[key]) !== JSON.stringify(plan[key]));
      throw new InputError('other-experiment', `${directory}: holds one with other ${differing.join(', ')}; go on with that by the same options, or choose another folder with --out.`);
    }
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Undefined where nothing has begun. @throws InputError `damaged-plan` */
export async function readPlan<T>(directory: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const { planPath } = experimentFolder(directory);
  if (!existsSync(planPath)) return undefined;
  try {
    return schema.parse(JSON.parse(await readFile(planPath, 'utf8')));
  } catch (error) {
    throw new InputError('damaged-plan', `${planPath}: does not describe such an experiment; was it edited?`, { cause: error });
  }
}

/** Writes files of the results, by name. */
export async function writeResults(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  const { results } = experimentFolder(directory);
  await makeDirectory(results, { remedy });
  for (const [name, text] of Object.entries(files)) await writeFileAtomic(join(results, name), text, { remedy });
}
