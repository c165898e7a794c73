import { getSpace } from '../../spaces/index.ts';
import { findArchitectures } from '../architectures.ts';
import { defineCommand } from '../command.ts';
import { inputRemarks, planOf, scoringOptions } from '../scoringOptions.ts';
import { chunkOption, newArrayOption, writeAndTell } from '../slurmOptions.ts';
import { slurmCollect } from './slurmCollect.ts';
import { slurmEvaluate } from './slurmEvaluate.ts';
import { slurmTask } from './slurmTask.ts';

export const slurm = defineCommand({
  name: 'slurm',
  summary: 'Write scoring as an array of Slurm tasks, for clusters without a Redis',
  details: 'Writes a folder with chunks of architectures, what they need, and an sbatch script with a task for each. Tasks write their results into the folder; '
    + '"pocketformer slurm collect" puts them together as "pocketformer score" would print them, and says which tasks to submit again. The folder must be one that all nodes see.',
  json: 'One object: {path, script, tasks, architectures}',
  options: { ...scoringOptions, out: newArrayOption, chunk: chunkOption },
  examples: [
    'pocketformer slurm --space autoformer-tiny --proxy snip --archs architectures.jsonl --out jobs/snip',
    'sbatch jobs/snip/array.sbatch',
    'pocketformer slurm collect jobs/snip --json > scores.jsonl',
  ],
  subcommands: { evaluate: slurmEvaluate, task: slurmTask, collect: slurmCollect },
  async run({ space: spaceId, proxy: proxies, archs: input, engine, out, chunk, ...options }, surroundings) {
    const space = getSpace(spaceId);
    const archs = await findArchitectures(space, input, surroundings.readStandardInput);
    const plan = await planOf(space, archs, proxies, options, surroundings.stopSignal());
    (await import('../../study/scoring/plan.ts')).checkScorable(plan, archs);
    for (const remark of inputRemarks(proxies, options)) surroundings.note(remark);
    const { describeScoring } = await import('../../study/queue/chunks/describeWork.ts');
    const { portionFor } = await import('../../study/queue/elsewhere.ts');
    const { needsEngine } = await import('../../study/scoring/scorer.ts');
    const isRunning = needsEngine(plan, archs);
    const info = isRunning ? await (await import('../../engine/engines.ts')).findEngine(engine) : undefined;
    await writeAndTell(out, { described: describeScoring(plan, info), archs, least: portionFor(plan, isRunning).least, chunkSize: chunk }, surroundings);
  },
});
