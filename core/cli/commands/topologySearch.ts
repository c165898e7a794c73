import { CancelledError } from '../../base/errors.ts';
import { ProgressBar } from '../../study/progressBar.ts';
import { defineCommand } from '../command.ts';
import { engineOption, seedOption, spaceOption } from '../commandOptions.ts';
import { flag, text, wholeNumber, withDefault } from '../options.ts';
import { quoted } from '../studyRun.ts';
import { budgetsOption, limitsOf, measuresOption, namesOf, repeatsOption } from '../topologyOptions.ts';

export const topologySearch = defineCommand({
  name: 'topology-search',
  summary: 'Search a topology without training, by policy gradient (As-ViT)',
  details: "A policy draws one topology at each step, which is measured untrained, and moves towards topologies whose scores improve "
    + "(As-ViT, Algorithm 1). The result is the policy's most probable topology. Every step is kept in the folder; Ctrl-C stops after the "
    + 'present one, and the same command goes on.',
  json: '{result: {arch, key, params, macs} | null, statistics: [{title, mean, deviation}], steps, plan}',
  options: {
    space: spaceOption,
    out: withDefault(text('DIR', 'the path of a folder'), 'runs/topology', 'Folder of the search; one that holds the same search is gone on with'),
    steps: withDefault(wholeNumber('N', 1), 500, 'Topologies drawn'),
    measures: measuresOption,
    repeats: repeatsOption,
    budgets: budgetsOption,
    released: flag('Do as the released code: changes are measured against the last 20 samples only, and a topology that cannot be measured counts as an excellent one'),
    seed: seedOption,
    engine: engineOption,
  },
  examples: [
    'pocketformer topology-search --space asvit', 'pocketformer topology-search --space asvit --budgets pixel6:25 --out runs/pixel6-topology',
  ],
  async run({ space, out, steps, measures, repeats, budgets, released, seed, engine: engineId }, { json, print, progress: output, quiet, stopSignal }) {
    const { policySearchSettingsSchema } = await import('../../search/policyGradient/settings.ts');
    const { searchTopology } = await import('../../study/topology/searchTopology.ts');
    const { searchMarkdown } = await import('../../study/topology/searchMarkdown.ts');
    const { startEngine } = await import('../../engine/engines.ts');
    const settings = policySearchSettingsSchema.parse({ steps, ...(released ? { range: 'last-20', invalid: 'released' } : {}) });
    const limits = limitsOf('topology-search', budgets);
    let bar: ProgressBar | undefined;
    try {
      const outcome = await searchTopology(out, {
        format: 'pocketformer-topology-search', version: 1, space, seed, measures: namesOf(measures), repeats, limits, settings,
      }, await startEngine(engineId), {
        signal: stopSignal(),
        onStep({ step, entropy, estimates }, total) {
          bar ??= new ProgressBar({ label: 'Searching', total, done: step - 1, unit: 'steps', output, quiet });
          bar.update(step, `entropy ${entropy.toFixed(2)}, ${estimates.map((one) => one?.mean.toPrecision(3) ?? 'failed').join(', ')}`);
        },
      });
      bar?.finish();
      const { result, statistics, plan } = outcome;
      if (json) return await print(JSON.stringify({ result, statistics, steps: outcome.records.length, plan }));
      await print(searchMarkdown(outcome).trimEnd());
      if (result) await print(`\nTo scale it up: pocketformer auto-scale --space ${space} --arch ${quoted(JSON.stringify(result.arch))}`);
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      throw new CancelledError('Stopped on request, with everything saved. The same command goes on.');
    } finally {
      bar?.finish();
    }
  },
});
