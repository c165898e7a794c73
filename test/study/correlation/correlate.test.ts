import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../core/base/errors.ts';
import { Random } from '../../../core/base/random.ts';
import { correlate } from '../../../core/study/correlation/correlate.ts';
import { correlationMarkdown } from '../../../core/study/correlation/markdown.ts';
import type { MeasuredSet } from '../../../core/study/correlation/measuredSet.ts';
import { correlationSvg } from '../../../core/study/correlation/picture.ts';
import { ScoreRecord } from '../../../core/study/correlation/scoreRecord.ts';
import { networkMacs } from '../../../core/network/counts.ts';
import { networkParams } from '../../../core/network/blockGraph.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { scratchFolder } from '../../cli/harness.ts';

const space = getSpace('elasticvit-mini');
const random = new Random(1);
const archs = Array.from({ length: 30 }, () => space.sample(random));
/** Accuracies that MACs order without a fault, that parameters order backwards, and with a gap. */
const set: MeasuredSet = {
  title: 'invented', columns: [{ name: 'macs', title: 'by MACs' }, { name: 'params', title: 'against parameters' }],
  networks: archs.map((arch, i) => {
    const network = space.lower(arch);
    return { name: String(i), space: space.id, arch, accuracies: [networkMacs(network) / 1e8, i === 0 ? null : -networkParams(network)] };
  }),
};
const options = { rankings: ['params+macs'], seeds: [1], resamples: 100 };
const folder = scratchFolder();

describe('correlating', () => {
  it('finds what orders the accuracies, and says so in plain words', async () => {
    const { rankings, remarks, columns } = await correlate(set, options);
    expect(rankings.map(({ id, isBaseline }) => [id, isBaseline])).toEqual([['params', true], ['macs', true], ['depth', true], ['mlp-ratios', true], ['params+macs', false]]);
    expect(columns.map(({ measured, topK }) => [measured, topK])).toEqual([[30, 3], [29, 3]]);
    const macs = rankings[1];
    expect(macs.columns[0]).toMatchObject({ tau: { value: 1, interval: { low: 1, high: 1 } }, recall: { value: 1 }, regret: { value: 0 } });
    expect(rankings[0].columns[1].tau.value).toBe(-1);
    expect(remarks[0]).toMatch(/^On the mean over 2 data sets, Parameters \+ MACs \(tau/);
    expect(remarks[0]).toContain('worse than one of them on by MACs');
  });

  it('compares with one column alone where one is asked for, and refuses those that are not there', async () => {
    const { columns, remarks } = await correlate(set, { ...options, columns: ['params'], topK: 7 });
    expect(columns).toEqual([{ name: 'params', title: 'against parameters', measured: 29, topK: 7 }]);
    expect(remarks[0]).toMatch(/^On against parameters,/);
    await expect(correlate(set, { ...options, columns: ['cifar'] })).rejects.toThrow(/no column "cifar"; it has macs, params/);
  });

  it('goes on with the scores that were found before it was stopped', async () => {
    const directory = join(folder, 'stopped');
    const stop = new AbortController();
    const first = correlate(set, { ...options, record: await ScoreRecord.open(directory, { seeds: [1] }) }, {
      signal: stop.signal, onProgress: (done) => { if (done === 50) stop.abort(); },
    });
    await expect(first).rejects.toThrow(CancelledError);
    const path = join(directory, 'scores.jsonl');
    const kept = await readFile(path, 'utf8');
    expect(kept.trim().split('\n')).toHaveLength(51);
    // What a crash leaves of a line.
    await appendFile(path, '{"network":"elas');
    let computed = 0;
    const resumed = await correlate(set, { ...options, record: await ScoreRecord.open(directory, { seeds: [1] }) }, { onProgress: (done, total) => { if (done < total) computed++; } });
    expect(computed).toBe(30 * 4 - 50 - 1);
    expect((await readFile(path, 'utf8')).startsWith(kept)).toBe(true);
    expect(resumed.rankings.map(({ columns }) => columns)).toEqual((await correlate(set, options)).rankings.map(({ columns }) => columns));
    await expect(ScoreRecord.open(directory, { seeds: [2] })).rejects.toThrow(/holds scores of \{"seeds":\[1\]\}, not/);
  });

  it('is told as tables and drawn with a panel for each column and the mean', async () => {
    const found = await correlate(set, options);
    const markdown = correlationMarkdown(found);
    expect(markdown).toContain('| params+macs |');
    expect(markdown).toContain('## against parameters: 29 networks, k = 3');
    const svg = correlationSvg(found);
    for (const words of ['mean of 2', 'by MACs', 'against parameters', 'params+macs']) expect(svg).toContain(`>${words}<`);
    expect(correlationSvg(found)).toBe(svg);
  });
});
