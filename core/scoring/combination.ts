import { InputError } from '../base/errors.ts';
import { midRanks } from '../base/rankStatistics.ts';
import { proxyCatalogue, proxyIdOf, type ProxyId } from './catalogue.ts';
import { promiseRanks } from './ranking.ts';

/** What orders architectures: a proxy, or several of them by the sum of their ranks. */
export interface RankingRule {
  /** The proxies' names with a plus between them. */
  readonly id: string;
  readonly title: string;
  /** At least one. */
  readonly parts: readonly ProxyId[];
}

/**
 * @param text names of proxies with a plus between them: "dss-msa+dss-mlp"
 * @throws InputError `unknown-proxy`, `repeated-proxy`
 */
export function parseRankingRule(text: string): RankingRule {
  const parts = text.split('+').map((part) => proxyIdOf(part.trim()));
  const repeated = parts.find((id, i) => parts.indexOf(id) !== i);
  if (repeated !== undefined) throw new InputError('repeated-proxy', `${text}: names ${repeated} twice; a sum of ranks takes each proxy once.`);
  return { id: parts.join('+'), title: parts.map((id) => proxyCatalogue[id].title).join(' + '), parts };
}

/**
 * The sum of the ranks that several proxies give (as DSS++ adds the ranks of its two halves in place of their values), which
 * is free of their scales; the rank itself for one proxy. An architecture with an invalid score of any part comes last.
 * @param valuesOf a proxy's scores, one for each architecture
 * @returns ranks of the sums, the highest for the most promising
 */
export function combinedRanks({ parts }: RankingRule, valuesOf: (id: ProxyId) => readonly number[]): number[] {
  const scores = parts.map(valuesOf);
  const ranks = parts.map((id, part) => promiseRanks(proxyCatalogue[id], scores[part]));
  return midRanks(ranks[0].map((_, i) => scores.every((values) => Number.isFinite(values[i]))
    ? ranks.reduce((sum, own) => sum + own[i], 0) : 0));
}
