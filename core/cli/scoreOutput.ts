import { proxyCatalogue, type ProxyId } from '../scoring/catalogue.ts';
import { bestFirst } from '../scoring/ranking.ts';
import type { Score } from '../scoring/score.ts';
import type { SearchSpace } from '../spaces/index.ts';
import type { ScoredArchitecture } from '../study/scoring/scoringWorkers.ts';
import { labelOf } from './architectures.ts';
import { tableLines, type Column } from './table.ts';

const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null);

/** One line of `score --json`. */
export function scoreJson(proxies: readonly ProxyId[], { arch, result: scores, ms }: ScoredArchitecture<unknown>): unknown {
  const each = <T>(tell: (score: Score) => T | undefined): Record<string, T> | undefined => {
    const told = proxies.flatMap((id, i) => {
      const value = tell(scores[i]);
      return value === undefined ? [] : [[id, value] as const];
    });
    return told.length > 0 ? Object.fromEntries(told) : undefined;
  };
  return {
    arch, scores: each(({ value }) => finite(value)), ms: Number(ms.toPrecision(3)), macs: each(({ macs }) => Math.round(macs)),
    spread: each(({ spread }) => (spread === undefined ? undefined : finite(spread))),
    perSeed: each(({ perSeed }) => (perSeed.length > 1 ? perSeed.map(({ value }) => finite(value)) : undefined)),
    parts: each(({ perSeed }) => meanParts(perSeed.map(({ parts }) => parts))),
    invalid: each(({ invalid }) => invalid), notes: each(({ perSeed }) => perSeed.find(({ note }) => note !== undefined)?.note),
  };
}

/** Means over seeds, where all have the parts. */
function meanParts(all: readonly (Readonly<Record<string, number>> | undefined)[]): Record<string, number> | undefined {
  const parts = all.filter((each) => each !== undefined);
  if (parts.length < all.length || parts.length === 0) return undefined;
  return Object.fromEntries(Object.keys(parts[0]).map((name) => [name, parts.reduce((sum, each) => sum + each[name], 0) / parts.length]));
}

/** A table for people, the most promising by the first proxy on top; then reasons and what it took. */
export function scoreTable(space: SearchSpace, proxies: readonly ProxyId[], scored: readonly ScoredArchitecture<unknown>[]): string[] {
  const order = bestFirst(proxyCatalogue[proxies[0]], scored.map(({ result: [first] }) => first.value));
  const columns: Column[] = [...proxies.map((id): Column => ({ title: id, align: 'right' })), { title: 'architecture', align: 'left' }];
  const rows = order.map((i) => [...scored[i].result.map(scoreText), labelOf(space, scored[i].arch).text]);
  const [ms, macs] = [scored.reduce((sum, one) => sum + one.ms, 0), scored.reduce((sum, { result: scores }) => sum + scores.reduce((all, each) => all + each.macs, 0), 0)];
  const lower = proxies.filter((id) => (proxyCatalogue[id].direction as string) === 'lower');
  return [
    ...tableLines(columns, rows), '',
    ...(scored.length > 1 ? [`Best first by ${proxies[0]}.`] : []),
    ...(lower.length > 0 ? [`Of ${lower.join(', ')} lower is better.`] : []),
    ...reasons(space, proxies, scored),
    `${timeText(ms / scored.length)} and ${Number((macs / scored.length / 1e9).toPrecision(3))} GMACs each.`,
  ];
}

function scoreText({ value, spread }: Score): string {
  if (!Number.isFinite(value)) return 'invalid';
  return spread === undefined ? digits(value) : `${digits(value)} ± ${spread === 0 ? 0 : Number(spread.toPrecision(2)).toLocaleString('en-US', { maximumSignificantDigits: 2 })}`;
}

const digits = (value: number) => (Number.isInteger(value) ? value.toLocaleString('en-US') : value.toLocaleString('en-US', { maximumSignificantDigits: 6 }));
const timeText = (ms: number) => (ms < 1000 ? `${Number(ms.toPrecision(3))} ms` : `${Number((ms / 1000).toPrecision(3))} s`);

/** The first few of each kind, so that a thousand invalid scores do not hide the rest. */
function reasons(space: SearchSpace, proxies: readonly ProxyId[], scored: readonly ScoredArchitecture<unknown>[]): string[] {
  const told = new Map<string, string[]>();
  for (const { arch, result: scores } of scored) {
    for (const [i, { invalid, perSeed }] of scores.entries()) {
      const reason = invalid ?? perSeed.find(({ note }) => note !== undefined)?.note;
      if (reason === undefined) continue;
      const line = `${proxies[i]}${invalid === undefined ? '' : ' is not valid'}: ${reason}`;
      told.set(line, [...(told.get(line) ?? []), labelOf(space, arch).text]);
    }
  }
  return [...told].map(([line, names]) => `${line} (${names.length > 1 ? `${names.length} architectures, such as ${names[0]}` : names[0]})`);
}
