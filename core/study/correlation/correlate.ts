import { InputError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import { agreements } from '../../scoring/agreement.ts';
import type { ProxyId } from '../../scoring/catalogue.ts';
import { combinedRanks, parseRankingRule, type RankingRule } from '../../scoring/combination.ts';
import { remarksOn } from './remarks.ts';
import type { Correlation } from './result.ts';
import type { MeasuredSet } from './measuredSet.ts';
import { scoreMeasured, type ScoringHooks, type ScoringOptions, type Scores } from './scoreMeasured.ts';

/** What costs nothing and every proxy must beat; always compared. */
export const baselineIds = ['params', 'macs', 'depth', 'mlp-ratios'] as const satisfies readonly ProxyId[];

export interface CorrelateOptions extends ScoringOptions {
  /** Names of proxies, and combinations of them with a plus between the names. */
  readonly rankings: readonly string[];
  /** Names of the columns to compare with; all without. */
  readonly columns?: readonly string[];
  /** The k of recall and regret; a tenth of a column's networks without. */
  readonly topK?: number;
  /** Draws behind each interval. */
  readonly resamples?: number;
}

/**
 * Rankings to compare: the baselines, then those asked for.
 * @throws InputError `unknown-proxy`, `repeated-proxy`
 */
export function rankingRules(rankings: readonly string[]): RankingRule[] {
  const rules = [...baselineIds, ...rankings].map(parseRankingRule);
  return rules.filter(({ id }, i) => rules.findIndex((other) => other.id === id) === i);
}

/** Proxies that rankings are made of, each once. */
export const proxiesOf = (rules: readonly RankingRule[]): ProxyId[] => [...new Set(rules.flatMap(({ parts }) => parts))];

/**
 * Whether scores are worth anything: scores the architectures of a file, and compares their order with that of the measured
 * accuracies.
 * @throws InputError as `rankingRules` and `scoreMeasured`, `unknown-column`; CancelledError with all scores in the record
 */
export async function correlate(set: MeasuredSet, options: CorrelateOptions, hooks: ScoringHooks = {}): Promise<Correlation> {
  const rules = rankingRules(options.rankings);
  const chosen = chooseColumns(set, options.columns);
  const scores = await scoreMeasured(set.networks, proxiesOf(rules), options, hooks);
  const columns = chosen.map((at) => {
    const measured = set.networks.filter(({ accuracies }) => accuracies[at] !== null).length;
    return { ...set.columns[at], measured, topK: Math.min(measured, options.topK ?? Math.max(1, Math.round(measured / 10))) };
  });
  const networks = set.networks.map(({ name, space, arch, accuracies }) => ({ name, space, arch, accuracies: chosen.map((at) => accuracies[at]) }));
  const valuesOf = (id: ProxyId) => scores[id].map(({ value }) => value ?? NaN);
  const ranked = rules.map((rule) => ({ ...rule, ranks: combinedRanks(rule, valuesOf) }));
  const found = agreements(ranked, columns.map(({ name }, i) => ({ name, accuracies: networks.map(({ accuracies }) => accuracies[i]) })), {
    topK: columns.map(({ topK }) => topK), baselines: baselineIds, random: new Random(`${options.seeds[0]}/bootstrap`), resamples: options.resamples,
  });
  const rankings = ranked.map(({ id, title, parts, ranks }, i) => {
    const valid = set.networks.map((_, network) => parts.every((part) => scores[part][network].value !== null));
    const sum = (of: 'ms' | 'macs') => parts.length > 1 ? null : scores[parts[0]].reduce((total, line) => total + line[of], 0);
    return {
      id, title, isBaseline: (baselineIds as readonly string[]).includes(id), scores: scoresOf(parts, ranks, valid, scores),
      invalid: valid.filter((is) => !is).length, ms: sum('ms'), macs: sum('macs'), columns: found[i].columns, mean: found[i].mean,
    };
  });
  return {
    format: 'pocketformer-correlation', version: 1, title: set.title, source: set.source ?? null, seeds: options.seeds, columns, networks, rankings,
    remarks: remarksOn(rankings, columns, networks.length),
  };
}

function scoresOf(parts: readonly ProxyId[], ranks: readonly number[], valid: readonly boolean[], scores: Scores): (number | null)[] {
  return parts.length > 1 ? ranks.map((rank, i) => valid[i] ? rank : null) : scores[parts[0]].map(({ value }) => value);
}

function chooseColumns({ columns }: MeasuredSet, wanted: readonly string[] | undefined): number[] {
  if (!wanted) return [...columns.keys()];
  return wanted.map((name) => {
    const at = columns.findIndex((column) => column.name === name);
    if (at < 0) throw new InputError('unknown-column', `The file has no column "${name}"; it has ${columns.map((column) => column.name).join(', ')}.`);
    return at;
  });
}
