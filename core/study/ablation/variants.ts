import { InputError, oneOf } from '../../base/errors.ts';
import { proxyCatalogue, proxyIdOf } from '../../scoring/catalogue.ts';
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
const byScore = (preference: 'score' | 'both', score: string) => ({ performance: { enabled: true, preference, score } });

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

const variantNames: readonly string[] = [...ablationVariants.map(({ name }) => name), 'score-PROXY', 'both-PROXY'];

/**
 * A variant by its name. `score-PROXY` and `both-PROXY` are the last published one, whose memories explore by a training-free
 * score instead of the preference of width over depth, or by both.
 * @throws InputError `unknown-variant`, `unknown-proxy`
 */
export function variantNamed(name: string): Variant {
  const known = ablationVariants.find((variant) => variant.name === name);
  if (known) return known;
  const [, preference, proxy] = /^(score|both)-(.+)$/.exec(name) ?? [];
  if (preference !== 'score' && preference !== 'both') {
    throw new InputError('unknown-variant', `There is no variant "${name}"; known are ${oneOf(variantNames)}.`);
  }
  const { title } = proxyCatalogue[proxyIdOf(proxy)];
  return {
    name, title: preference === 'score' ? `exploring by ${title}` : `exploring by ${title} and width`,
    settings: { ...sampling('bucket', 'adjacent', 3), ...byScore(preference, proxy) },
  };
}

/** Names in the order in which parts are added, then others as they come. */
export function inOrder(names: readonly string[]): string[] {
  const listed = ablationVariants.map(({ name }) => name).filter((name) => names.includes(name));
  return [...listed, ...names.filter((name) => !listed.includes(name))];
}

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
