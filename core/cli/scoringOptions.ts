import { proxyCatalogue } from '../scoring/catalogue.ts';
import type { ProxyId } from '../scoring/catalogue.ts';
import type { ProxyDescription } from '../scoring/proxy.ts';
import type { SearchSpace } from '../spaces/index.ts';
import type { ScoringPlan } from '../study/scoring/plan.ts';
import { archsOption, classesOption, engineOption, resolutionOption, seedKind, spaceOption } from './commandOptions.ts';
import { oneOfChoices, optional, required, text, wholeNumber, withDefault } from './options.ts';
import { proxiesKind } from './proxyNames.ts';

/** What is scored, and how: the same for every command that scores. */
export const scoringOptions = {
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
  engine: engineOption,
};

export interface PlanOptions {
  readonly seeds: number;
  readonly seed: number;
  readonly weights: 'supernet' | 'fresh';
  readonly input: 'ones' | 'noise' | undefined;
  readonly images: string | undefined;
  readonly batch: number | undefined;
  readonly resolution: number | undefined;
  readonly classes: number | undefined;
}

/**
 * A scoring plan as the options say.
 * @throws InputError and CancelledError as `readScoringImages`
 */
export async function planOf(
  space: SearchSpace, archs: readonly unknown[], proxies: readonly ProxyId[], options: PlanOptions, signal: AbortSignal,
): Promise<ScoringPlan> {
  const { seeds, seed, weights, input, images: folder, batch, resolution, classes } = options;
  let images: ScoringPlan['images'];
  if (folder !== undefined) {
    const size = Math.max(...new Set(archs.map((arch) => space.lower(arch, { resolution }).resolution)));
    const { readScoringImages } = await import('../study/scoring/scoringInputs.ts');
    images = await readScoringImages(folder, { count: batch, size, seed, signal });
  }
  return {
    space: space.id, proxies, seeds: Array.from({ length: seeds }, (_, i) => seed + i), classes, resolution, weights, images,
    input: { ...(input && { kind: input === 'ones' ? 'ones' : 'gaussian' }), ...(batch !== undefined && { batch }) },
  };
}

/** What was asked for and has no effect. */
export function inputRemarks(proxies: readonly ProxyId[], { input, images, batch }: PlanOptions): string[] {
  if (input === undefined && images === undefined && batch === undefined) return [];
  const needs = (id: ProxyId): ProxyDescription['needs'] => proxyCatalogue[id].needs;
  const without = proxies.filter((id) => needs(id) === 'nothing' || needs(id) === 'weights');
  const remarks = without.length > 0 ? [`${without.join(', ')}: no images to choose; --input, --batch and --images have no effect.`] : [];
  if (input !== undefined && images !== undefined) remarks.push('Networks are run on the images of --images; --input has no effect.');
  return remarks;
}
