import { getSpace } from '../../spaces/index.ts';
import { findArchitectures } from '../architectures.ts';
import { defineCommand } from '../command.ts';
import { archsOption, engineOption } from '../commandOptions.ts';
import { required, text, wholeNumber, withDefault } from '../options.ts';
import { chunkOption, newArrayOption, writeAndTell } from '../slurmOptions.ts';
import { openView } from '../studyArchitecture.ts';

export const slurmEvaluate = defineCommand({
  name: 'slurm evaluate',
  summary: 'Write the evaluation of architectures with a study\'s weights as an array of Slurm tasks',
  details: 'As "pocketformer slurm", for accuracies instead of scores: each architecture inherits from the study\'s trained supernet and is judged on the study\'s '
    + 'validation images, as in its search.',
  json: 'One object: {path, script, tasks, architectures}',
  options: {
    study: required(text('DIR', "the path of a study's folder"), 'Study whose trained weights are judged'),
    archs: archsOption,
    threads: withDefault(wholeNumber('N', 1, 256), 1, 'Processors of each task'),
    engine: engineOption, out: newArrayOption, chunk: chunkOption,
  },
  examples: ['pocketformer slurm evaluate --study runs/quickstart --archs architectures.jsonl --out jobs/accuracy'],
  async run({ study, archs: input, threads, engine, out, chunk }, surroundings) {
    const view = await openView(study);
    const archs = await findArchitectures(getSpace(view.settings.space), input, surroundings.readStandardInput);
    const { describeStudyEvaluation } = await import('../../study/queue/studyEvaluation.ts');
    const { findEngine } = await import('../../engine/engines.ts');
    const described = await describeStudyEvaluation(view, archs, await findEngine(engine, { threads }));
    await writeAndTell(out, { described, archs, least: 1, chunkSize: chunk }, surroundings);
  },
});
