import type { Round } from './record.ts';

/** Runs of one round that a record keeps: enough for every statistic, few enough for a file that people look at. */
export const keptRunsLimit = 1000;

/** Runs as they are kept: rounded to six digits and, where there are very many, every n-th. */
export function keptRuns(runsMs: readonly number[], limit = keptRunsLimit): Pick<Round, 'runsMs' | 'timedRuns'> {
  const step = Math.ceil(runsMs.length / limit);
  const kept = runsMs.filter((_, i) => i % step === 0).map((value) => Number(value.toPrecision(6)));
  return { runsMs: kept, ...(step > 1 ? { timedRuns: runsMs.length } : {}) };
}
