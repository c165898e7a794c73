import { proxyCatalogue } from '../../scoring/catalogue.ts';
import type { ProxyId } from '../../scoring/catalogue.ts';
import type { ProxyDescription } from '../../scoring/proxy.ts';
import { getSpace } from '../../spaces/index.ts';
import type { SearchSpace } from '../../spaces/index.ts';
import { ProgressBar } from '../../study/progressBar.ts';
import type { ScoringPlan } from '../../study/scoring/plan.ts';
import type { ScoredArchitecture } from '../../study/scoring/scoringWorkers.ts';
import { findArchitectures } from '../architectures.ts';
import { defineCommand } from '../command.ts';
import { archsOption, classesOption, engineOption, resolutionOption, seedKind, spaceOption } from '../commandOptions.ts';
import { oneOfChoices, optional, required, text, wholeNumber, withDefault } from '../options.ts';
import { proxiesKind, proxyLines } from '../proxyNames.ts';
import { scoreJson, scoreTable } from '../scoreOutput.ts';

export const score = defineCommand({
  name: 'score',
  summary: 'Score architectures without training any',
  details: 'Training-free scores (proxies) of untrained networks. Weights are drawn from the seed: slices of one supernet, as TF-TAS '
    + "takes them, or each architecture's own. Lengths and curvatures draw weights and inputs of their own, as As-ViT does. Other inputs are "
    + 'an image of ones, or 64 of standard normal noise with drawn labels, unless --input, --batch or --images say otherwise. Scores that '
    + 'are not valid are told with a reason, and come last.\nProxies:\n' + proxyLines.join('\n'),
  json: 'A line each, in the order of the architectures: {arch, scores: {PROXY: value}, ms, macs: {PROXY: executed}}, and where there are any spread and '
    + 'perSeed (with several seeds: standard deviation, values), parts (terms of a value), invalid (why a score is null), notes',
  options: {
    space: spaceOption,
    proxy: required(proxiesKind, 'Proxies, separated by commas; all: every proxy'),
    archs: archsOption,
    seeds: withDefault(wholeNumber('N', 1, 1000), 1, 'Seeds that scores are averaged over'),
    seed: withDefault(seedKind, 1, 'The first of the seeds, of weights and inputs'),
    weights: withDefault(oneOfChoices('HOW', ['supernet', 'fresh'] as const), 'supernet', "Untrained weights: slices of one supernet a seed, or each architecture's own"),
    input: optional(oneOfChoices('KIND', ['ones', 'noise'] as const), 'What networks are run on, for all proxies that need images'),
    images: optional(text('DIR', 'a folder of images, or of a folder of images for each class'), 'Real images to run networks on, drawn from the folder by the seed'),
    batch: optional(wholeNumber('N', 1, 4096), 'How many images'),
    resolution: resolutionOption, classes: classesOption,
    threads: optional(wholeNumber('N', 1, 1024), 'Processors to score on (default: all)'),
    engine: engineOption,
  },
  examples: [
    'pocketformer score --space autoformer-tiny --proxy dss,params --archs tf-tas-ti',
    'pocketformer score --space autoformer-tiny --proxy snip,naswot --archs architectures.jsonl --seeds 3 --json',
    'pocketformer sample --space autoformer-tiny --count 1000 --json | pocketformer score --space autoformer-tiny --proxy dss --archs -',
  ],
  async run({ space: spaceId, proxy: proxies, archs: input, engine, threads, ...options }, { json, print, note, progress: output, quiet, readStandardInput, stopSignal }) {
    const space = getSpace(spaceId);
    const archs = await findArchitectures(space, input, readStandardInput);
    const signal = stopSignal();
    const plan = await planOf(space, archs, proxies, options, signal);
    (await import('../../study/scoring/plan.ts')).checkScorable(plan, archs);
    for (const remark of inputRemarks(proxies, options)) note(remark);
    const { startScoringWorkers } = await import('../../study/scoring/scoringWorkers.ts');
    const { workThrough } = await import('../../study/queue/workThrough.ts');
    const workers = await startScoringWorkers({ plan, engine, threads, archs });
    const bar = new ProgressBar({ label: 'Scoring', total: archs.length, unit: 'architectures', output, quiet });
    const scored: ScoredArchitecture<unknown>[] = [];
    try {
      for await (const portion of workThrough(archs, workers, { signal })) {
        if (json) for (const one of portion) await print(JSON.stringify(scoreJson(proxies, one)));
        scored.push(...portion);
        bar.update(scored.length);
      }
    } finally {
      bar.finish();
      await workers.close();
    }
    if (!json) for (const line of scoreTable(space, proxies, scored)) await print(line);
  },
});

interface PlanOptions {
  readonly seeds: number;
  readonly seed: number;
  readonly weights: 'supernet' | 'fresh';
  readonly input: 'ones' | 'noise' | undefined;
  readonly images: string | undefined;
  readonly batch: number | undefined;
  readonly resolution: number | undefined;
  readonly classes: number | undefined;
}

async function planOf(
  space: SearchSpace, archs: readonly unknown[], proxies: readonly ProxyId[], options: PlanOptions, signal: AbortSignal,
): Promise<ScoringPlan> {
  const { seeds, seed, weights, input, images: folder, batch, resolution, classes } = options;
  let images: ScoringPlan['images'];
  if (folder !== undefined) {
    const size = Math.max(...new Set(archs.map((arch) => space.lower(arch, { resolution }).resolution)));
    const { readScoringImages } = await import('../../study/scoring/scoringInputs.ts');
    images = await readScoringImages(folder, { count: batch, size, seed, signal });
  }
  return {
    space: space.id, proxies, seeds: Array.from({ length: seeds }, (_, i) => seed + i), classes, resolution, weights, images,
    input: { ...(input && { kind: input === 'ones' ? 'ones' : 'gaussian' }), ...(batch !== undefined && { batch }) },
  };
}

/** What was asked for and has no effect. */
function inputRemarks(proxies: readonly ProxyId[], { input, images, batch }: PlanOptions): string[] {
  if (input === undefined && images === undefined && batch === undefined) return [];
  const needs = (id: ProxyId): ProxyDescription['needs'] => proxyCatalogue[id].needs;
  const without = proxies.filter((id) => needs(id) === 'nothing' || needs(id) === 'weights');
  const remarks = without.length > 0 ? [`${without.join(', ')}: no images to choose; --input, --batch and --images have no effect.`] : [];
  if (input !== undefined && images !== undefined) remarks.push('Networks are run on the images of --images; --input has no effect.');
  return remarks;
}
