import { CancelledError } from '../../base/errors.ts';
import { ProgressBar } from '../../study/progressBar.ts';
import { readStudyFile } from '../../study/studyFile.ts';
import { defineCommand } from '../command.ts';
import { argument, optional, text, wholeNumber, withDefault } from '../options.ts';
import { quoted } from '../studyRun.ts';

const labels = { data: 'Reading images', training: 'Training', search: 'Searching', export: 'Exporting', evaluation: 'Judging' } as const;

export const ablation = defineCommand({
  name: 'ablation',
  summary: 'Measure what each part of conflict-aware supernet training is worth',
  details: 'Trains the space of a study file several times, by the sandwich rule, with adjacent steps, with hierarchical smallest subnets and '
    + 'with performance-aware sampling as well, each with several seeds and the same budget, and compares the accuracy of their subnets '
    + 'at every level of MACs. Every run is a study of its own below the folder. Ctrl-C stops at the next safe point; the same command '
    + 'goes on where it stopped.',
  json: '{plan, variants: [{name, title, levels: [{fromMacs, best, mean, gain}], trainingSeconds, conflict}], finished, runs}',
  options: {
    study: argument(text('STUDY.yaml', 'the path of a study file'), 'Study file that every run varies; see examples/ablation.yaml'),
    out: withDefault(text('DIR', 'the path of a folder'), 'runs/ablation', 'Folder of the comparison; one that holds the same comparison is gone on with'),
    seeds: withDefault(wholeNumber('N', 1, 100), 3, 'Runs of each variant, with seeds 1, 2, ...'),
    variants: optional(text('NAMES', 'names separated by commas'), 'Which to compare: sandwich, adjacent, smallest, performance, random, cyclic, and score-PROXY, both-PROXY, whose memories explore by a training-free score or by it and width over depth (default: the first four)'),
    subnets: withDefault(wholeNumber('N', 2, 1000), 8, 'Subnets judged at each level of MACs'),
    maxRuns: optional(wholeNumber('N', 1), 'Stop after so many runs; the same command goes on'),
  },
  examples: [
    'pocketformer ablation examples/ablation.yaml',
    'pocketformer ablation examples/ablation.yaml --seeds 1 --variants sandwich,performance',
    'pocketformer ablation examples/ablation.yaml --max-runs 2',
  ],
  async run({ study, out, seeds, variants, subnets, maxRuns }, { json, print, note, progress: output, quiet, stopSignal }) {
    const { ablationPaths, planAblation, readAblation, runAblation } = await import('../../study/ablation/runAblation.ts');
    const { publishedVariantNames } = await import('../../study/ablation/variants.ts');
    const { ablationMarkdown } = await import('../../study/ablation/markdown.ts');
    const file = await readStudyFile(study);
    const names = variants?.split(',').map((name) => name.trim()) ?? publishedVariantNames;
    const plan = planAblation(file, { variants: names, seeds, perBucket: subnets });
    let bar: ProgressBar | undefined;
    let phase: string | undefined;
    const endBar = () => {
      bar?.finish();
      bar = phase = undefined;
    };
    try {
      await runAblation(out, file, plan, {
        signal: stopSignal(), maxRuns,
        onRun({ number, runs, variant, seed }) {
          endBar();
          note(`Run ${number} of ${runs}: ${variant.title}, seed ${seed}`);
        },
        onProgress({ phase: next, done, total, unit, note: remark }) {
          if (next !== phase) {
            endBar();
            phase = next;
            bar = new ProgressBar({ label: labels[next], total, done, unit, output, quiet });
          }
          bar?.update(done, remark);
        },
        onMessage: (message) => bar ? bar.log(message) : note(message),
      });
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      throw new CancelledError('Stopped on request, with everything saved. The same command goes on.');
    } finally {
      endBar();
    }
    const { runs, variants: summaries } = await readAblation(out);
    const finished = runs.length === plan.seeds.length * plan.variants.length;
    if (json) return print(JSON.stringify({ plan, finished, runs: runs.length, variants: summaries }));
    if (summaries.length > 0) await print(ablationMarkdown(summaries).trimEnd());
    const { table, figure } = ablationPaths(out);
    await print('');
    await print(`Table   ${table}`);
    await print(`Figure  ${figure}`);
    if (!finished) await print(`${runs.length} of ${plan.seeds.length * plan.variants.length} runs are done. To go on: pocketformer ablation ${quoted(study)} --out ${quoted(out)} and the same options`);
  },
});
