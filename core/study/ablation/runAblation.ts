import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { makeDirectory, writeFileAtomic } from '../files.ts';
import { createStudy, describeStudy, openStudy, type Study } from '../folder.ts';
import type { StudyFile } from '../studyFile.ts';
import { ablationMarkdown } from './markdown.ts';
import { ablationSvg } from './picture.ts';
import type { RunResult } from './runResult.ts';
import { readRunResult, runVariant, type VariantHooks } from './runVariant.ts';
import { summariseAblation, type VariantSummary } from './summarise.ts';
import { inOrder, runName, variantFile, variantNamed, type Variant } from './variants.ts';

const planSchema = z.object({
  format: z.literal('pocketformer-ablation'),
  version: z.literal(1),
  /** The study file that every run varies. */
  study: z.string(),
  variants: z.array(z.string()).min(1),
  seeds: z.array(z.int()).min(1),
  perBucket: z.int().min(1),
});

/** What is compared. Written into the folder when an ablation begins; whoever goes on with it must want the same. */
export type AblationPlan = z.output<typeof planSchema>;

export interface AblationHooks {
  /** Runs after which to stop; those that were finished before do not count. */
  readonly maxRuns?: number;
  readonly signal?: AbortSignal;
  /** A run begins or goes on; finished ones are passed over. */
  readonly onRun?: (run: { readonly number: number; readonly runs: number; readonly variant: Variant; readonly seed: number }) => void;
  readonly onProgress?: VariantHooks['onProgress'];
  readonly onMessage?: VariantHooks['onMessage'];
}

export interface AblationOutcome {
  readonly plan: AblationPlan;
  readonly runs: readonly RunResult[];
  readonly variants: readonly VariantSummary[];
}

const planPath = (directory: string) => join(directory, 'ablation.json');
const resultsPath = (directory: string) => join(directory, 'results');
const remedy = 'free space, then call the same command again.';

/** Paths of what `runAblation` writes about all runs together. */
export function ablationPaths(directory: string) {
  const results = resultsPath(directory);
  return { summary: join(results, 'ablation.json'), table: join(results, 'ablation.md'), figure: join(results, 'ablation.svg') };
}

/**
 * @param variants names, in any order
 * @param seeds how many: 1, 2, ...
 * @throws InputError `unknown-variant`, `unknown-proxy`
 */
export function planAblation(file: StudyFile, options: { variants: readonly string[]; seeds: number; perBucket: number }): AblationPlan {
  const wanted = [...new Set(options.variants.map((name) => variantNamed(name).name))];
  return {
    format: 'pocketformer-ablation', version: 1, study: file.text, variants: inOrder(wanted),
    seeds: Array.from({ length: options.seeds }, (_, i) => i + 1), perBucket: options.perBucket,
  };
}

/**
 * Does what is left of an ablation: one seed after the other, all variants of each, so that a first comparison is there
 * early. Every run is a study of its own below `runs/`; the tables of `results/` are written anew after each.
 * @throws InputError `other-ablation` when the folder holds a different one; CancelledError; what the runs throw
 */
export async function runAblation(directory: string, file: StudyFile, plan: AblationPlan, hooks: AblationHooks = {}): Promise<AblationOutcome> {
  await keepPlan(directory, plan);
  const all = plan.seeds.flatMap((seed) => plan.variants.map((name) => ({ seed, variant: variantNamed(name) })));
  const runs: RunResult[] = [];
  let made = 0;
  for (const [i, { seed, variant }] of all.entries()) {
    const folder = join(directory, 'runs', runName(variant.name, seed));
    let result = existsSync(folder) ? await readRunResult({ directory: folder }) : undefined;
    if (!result) {
      if (made === hooks.maxRuns) break;
      made++;
      hooks.onRun?.({ number: i + 1, runs: all.length, variant, seed });
      const study = await takeStudy(folder, variantFile(file, variant, seed));
      try {
        result = await runVariant(study, variant, plan.perBucket, hooks);
      } finally {
        study.close();
      }
      await writeResults(directory, plan, [...runs, result]);
    }
    runs.push(result);
  }
  return writeResults(directory, plan, runs);
}

/** The results so far, without doing anything. @throws InputError `missing-ablation` */
export async function readAblation(directory: string): Promise<AblationOutcome> {
  const plan = await readPlan(directory);
  if (!plan) throw new InputError('missing-ablation', `${directory}: holds no ablation; expected the folder that "pocketformer ablation" was given with --out.`);
  const folders = plan.seeds.flatMap((seed) => plan.variants.map((name) => join(directory, 'runs', runName(name, seed))));
  const results = await Promise.all(folders.map((folder) => existsSync(folder) ? readRunResult({ directory: folder }) : undefined));
  const runs = results.filter((result) => result !== undefined);
  return { plan, runs, variants: runs.length === 0 ? [] : summariseAblation(runs) };
}

async function takeStudy(folder: string, file: StudyFile): Promise<Study> {
  if (!existsSync(join(folder, 'study.json'))) return createStudy(folder, file);
  await describeStudy(folder);
  return openStudy(folder);
}

async function keepPlan(directory: string, plan: AblationPlan): Promise<void> {
  const known = await readPlan(directory);
  if (known) {
    const differs = (['study', 'variants', 'seeds', 'perBucket'] as const).find((key) => JSON.stringify(known[key]) !== JSON.stringify(plan[key]));
    if (differs) {
      const what = differs === 'study' ? 'another study file' : `other ${differs} (${JSON.stringify(known[differs])})`;
      throw new InputError('other-ablation', `${directory}: holds an ablation of ${what}; go on with that, or choose another folder with --out.`);
    }
    return;
  }
  await makeDirectory(directory, { remedy });
  await writeFileAtomic(planPath(directory), `${JSON.stringify(plan, undefined, 2)}\n`, { remedy });
}

async function readPlan(directory: string): Promise<AblationPlan | undefined> {
  const path = planPath(directory);
  if (!existsSync(path)) return undefined;
  try {
    return planSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new InputError('damaged-ablation', `${path}: does not describe an ablation; was it edited?`, { cause: error });
  }
}

async function writeResults(directory: string, plan: AblationPlan, runs: readonly RunResult[]): Promise<AblationOutcome> {
  const variants = summariseAblation(runs);
  const paths = ablationPaths(directory);
  await makeDirectory(resultsPath(directory), { remedy });
  await writeFileAtomic(paths.summary, `${JSON.stringify({ seeds: plan.seeds, perBucket: plan.perBucket, variants }, undefined, 1)}\n`, { remedy });
  await writeFileAtomic(paths.table, ablationMarkdown(variants), { remedy });
  await writeFileAtomic(paths.figure, ablationSvg(variants), { remedy });
  return { plan, runs, variants };
}
