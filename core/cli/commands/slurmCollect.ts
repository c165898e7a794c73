import { EnvironmentError } from '../../base/errors.ts';
import { getSpace } from '../../spaces/index.ts';
import type { Collected } from '../../study/queue/slurm/collect.ts';
import type { ScoredArchitecture } from '../../study/scoring/scoringWorkers.ts';
import { labelOf } from '../architectures.ts';
import { defineCommand } from '../command.ts';
import { flag } from '../options.ts';
import { scoreJson, scoreTable } from '../scoreOutput.ts';
import { arrayArgument } from '../slurmOptions.ts';
import { quoted } from '../studyRun.ts';
import { tableLines } from '../table.ts';

export const slurmCollect = defineCommand({
  name: 'slurm collect',
  summary: 'Put the results of an array of Slurm tasks together',
  details: 'Where results are missing, it says which tasks to submit again; those that are done keep theirs.',
  json: 'Of scores, lines as of "pocketformer score"; of evaluations, a line each: {arch, accuracy, ms}',
  options: { directory: arrayArgument, partial: flag('Show what is there, although results are missing') },
  examples: ['pocketformer slurm collect jobs/snip', 'pocketformer slurm collect jobs/snip --json > scores.jsonl'],
  async run({ directory, partial }, { json, print, note }) {
    const { collectArray } = await import('../../study/queue/slurm/collect.ts');
    const { arrayRanges } = await import('../../study/queue/slurm/script.ts');
    const { arrayPaths } = await import('../../study/queue/slurm/arrayFolder.ts');
    const collected = await collectArray(directory);
    const { missing, chunks } = collected;
    if (missing.length > 0) {
      const { script, logs } = arrayPaths(directory);
      const text = `${missing.length} of ${chunks} ${chunks === 1 ? 'task has' : 'tasks have'} no results yet (${logs} may say why); submit those that do not run: sbatch --array=${arrayRanges(missing)} ${quoted(script)}`;
      if (!partial || collected.worked.length === 0) throw new EnvironmentError('missing-results', text);
      note(text);
    }
    for (const line of json ? jsonLinesOf(collected) : tableOf(collected)) await print(line);
  },
});

function jsonLinesOf({ work, worked }: Collected): string[] {
  if (work.kind === 'score') return scored(worked).map((one) => JSON.stringify(scoreJson(work.plan.proxies, one)));
  return worked.map(({ arch, result, ms }) => JSON.stringify({ arch, accuracy: result, ms: Number(ms.toPrecision(3)) }));
}

function tableOf({ work, worked }: Collected): string[] {
  if (work.kind === 'score') return scoreTable(getSpace(work.plan.space), work.plan.proxies, scored(worked));
  const space = getSpace(work.space);
  const bestFirst = worked.map(({ arch, result }) => ({ arch, accuracy: result as number })).sort((a, b) => b.accuracy - a.accuracy);
  return tableLines([{ title: 'accuracy', align: 'right' }, { title: 'architecture', align: 'left' }],
    bestFirst.map(({ arch, accuracy }) => [`${(100 * accuracy).toFixed(1)} %`, labelOf(space, space.parse(arch)).text]));
}

/** Results of a kind are what that kind gives: they were checked when they were read. */
const scored = (worked: Collected['worked']) => worked as readonly ScoredArchitecture<unknown>[];
