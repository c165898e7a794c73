import { CancelledError } from '../../base/errors.ts';
import { ProgressBar } from '../../study/progressBar.ts';
import { defineCommand } from '../command.ts';
import { archOption, engineOption, seedOption, spaceOption } from '../commandOptions.ts';
import { oneOfChoices, optional, text, wholeNumber, withDefault } from '../options.ts';
import { queueOption } from '../queueOption.ts';
import { budgetsOption, limitsOf, measuresOption, namesOf, repeatsOption } from '../topologyOptions.ts';

const million = 1e6;

export const autoScale = defineCommand({
  name: 'auto-scale',
  summary: 'Scale a searched topology up without training, block by block and wider (As-ViT)',
  details: 'At every step each stage may get one block more and the network may get 5 to 20 % wider; what scores best untrained is taken '
    + '(As-ViT, Algorithm 2). Several candidates are measured at the same time, on one processor each; what was measured is kept in the folder; Ctrl-C stops, and '
    + 'the same command goes on.',
  json: '{trajectory: [{arch, key, width, depths, params, macs, totalDepth, totalWidth, estimates}], endedBy, random, plan}',
  options: {
    space: spaceOption,
    arch: archOption,
    out: withDefault(text('DIR', 'the path of a folder'), 'runs/scaling', 'Folder of the scaling; one that holds the same scaling is gone on with'),
    maxParams: withDefault(wholeNumber('N', 1), 100, 'Million parameters at which scaling stops; candidates of a tenth more are not looked at'),
    widthDivisor: withDefault(wholeNumber('N', 1, 64), 4, 'Measure networks at this fraction of their width (1: their own)'),
    ranking: withDefault(oneOfChoices('RULE', ['released', 'corrected', 'noise-aware']), 'corrected',
      'Choose by ranks with the tie rule of the released code, with ties decided in the right direction, or by differences beyond the noise only'),
    measures: measuresOption,
    repeats: repeatsOption,
    budgets: budgetsOption,
    seed: seedOption,
    engine: engineOption,
    threads: optional(wholeNumber('N', 1, 1024), 'Processors, each of which measures a candidate at a time (default: all)'),
    queue: queueOption,
  },
  examples: [
    'pocketformer auto-scale --space asvit --arch seed', 'pocketformer auto-scale --space asvit --arch seed --ranking noise-aware --repeats 10 --out runs/careful',
    'pocketformer auto-scale --space asvit --arch seed --queue redis://cluster:6379',
  ],
  async run(values, { json, print, note, progress: output, quiet, stopSignal }) {
    const { autoScalingSettingsSchema } = await import('../../search/autoScaling/settings.ts');
    const { scaleTopology } = await import('../../study/topology/scaleTopology.ts');
    const { scalingMarkdown } = await import('../../study/topology/scalingMarkdown.ts');
    const { findArchitecture, getSpace } = await import('../../spaces/index.ts');
    const { space, out, maxParams, widthDivisor, ranking, measures, repeats, budgets, seed, engine, threads, queue } = values;
    const arch = await findArchitecture(getSpace(space), values.arch);
    const settings = autoScalingSettingsSchema.parse({ maxParams: maxParams * million, dropAboveParams: 1.1 * maxParams * million, ranking });
    const limits = limitsOf('auto-scale', budgets);
    const signal = stopSignal();
    const percent = 100;
    let bar: ProgressBar | undefined;
    try {
      const outcome = await scaleTopology(out, {
        format: 'pocketformer-auto-scaling', version: 1, space, arch, seed, measures: namesOf(measures), repeats, widthDivisor, limits, settings,
      }, { engine, threads, queue: queue && { address: queue, tell: (text) => (bar ? bar.log(text) : note(text)), signal } }, {
        signal,
        onCandidate({ step, size, params }, share) {
          bar ??= new ProgressBar({ label: 'Scaling', total: percent, done: percent * share, unit: '% of the parameters', output, quiet });
          bar.update(percent * share, `step ${step}: width ${size.width * widthDivisor}, depths ${size.depths.join(', ')}, ${(params / million).toFixed(1)} M`);
        },
      });
      bar?.finish();
      const { trajectory, endedBy, random, plan } = outcome;
      if (json) return await print(JSON.stringify({ trajectory, endedBy: endedBy ?? null, random, plan }));
      await print(scalingMarkdown(outcome).trimEnd());
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      throw new CancelledError('Stopped on request, with everything saved. The same command goes on.');
    } finally {
      bar?.finish();
    }
  },
});
