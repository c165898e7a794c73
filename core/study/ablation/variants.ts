import type { StudyFile } from '../studyFile.ts';
import { parseStudyFile } from '../studyFile.ts';
import { setInYaml } from '../library/editYaml.ts';

/** One way of choosing a step's subnets: settings of `training` and what they stand for. */
export interface Variant {
  readonly name: string;
  /** For people, a few words. */
  readonly title: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

const sampling = (rule: string, walk: string, smallestSubnets: number) => ({ sampling: { rule, walk, smallestSubnets } });
const bank = (enabled: boolean) => ({ performance: { enabled } });

/**
 * The published ablation (elasticvit.md section 8): each variant has one part more than the one before. Losses, recipe
 * and budget are the same, so that only the choice of subnets differs.
 */
export const ablationVariants: readonly Variant[] = [
  { name: 'sandwich', title: 'sandwich rule', settings: { ...sampling('sandwich', 'adjacent', 1), ...bank(false) } },
  { name: 'adjacent', title: 'adjacent steps', settings: { ...sampling('bucket', 'adjacent', 1), ...bank(false) } },
  { name: 'smallest', title: '+ hierarchical smallest', settings: { ...sampling('bucket', 'adjacent', 3), ...bank(false) } },
  { name: 'performance', title: '+ performance-aware', settings: { ...sampling('bucket', 'adjacent', 3), ...bank(true) } },
  { name: 'random', title: 'random buckets', settings: { ...sampling('bucket', 'random', 1), ...bank(false) } },
  { name: 'cyclic', title: 'cyclic buckets', settings: { ...sampling('bucket', 'cyclic', 1), ...bank(false) } },
];

/** Those of the published table. */
export const publishedVariantNames: readonly string[] = ['sandwich', 'adjacent', 'smallest', 'performance'];

/** The study file of one run: the base file with the variant's settings, a seed and a name of its own; the rest stays. */
export function variantFile(base: StudyFile, { name, settings }: Variant, seed: number): StudyFile {
  const changes: [path: string[], value: unknown][] = [
    [['name'], runName(name, seed)], [['seed'], seed],
    ...Object.entries(settings).flatMap(([group, values]) => Object.entries(values as object)
      .map(([setting, value]): [string[], unknown] => [['training', group, setting], value])),
  ];
  const text = changes.reduce((written, [path, value]) => setInYaml(written, path, value), base.text);
  return { ...base, text, settings: parseStudyFile(text, base.path) };
}

export const runName = (variant: string, seed: number) => `${variant}-seed-${seed}`;
