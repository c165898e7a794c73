import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cli, complaint, jsonLines, scratchFolder } from './harness.ts';

const folder = scratchFolder();
const file = join(folder, 'phones.csv');
// elasticvit.md section 2: the released networks' accuracies.
writeFileSync(file, 'space,arch,imagenet\nelasticvit,T1,67.2\nelasticvit,T2,73.8\nelasticvit,S1,77.2\nelasticvit,S2,78.6\nelasticvit,M,79.1\nelasticvit,L3,80.0\n');

const estimate = z.object({ value: z.number().nullable(), interval: z.object({ low: z.number(), high: z.number() }).nullable() });
const agreement = z.object({ tau: estimate, rho: estimate, recall: estimate, regret: estimate, gains: z.record(z.string(), estimate) });
const schema = z.looseObject({
  columns: z.array(z.object({ name: z.string(), measured: z.int(), topK: z.int() })),
  rankings: z.array(z.looseObject({ id: z.string(), scores: z.array(z.number()), columns: z.array(agreement), mean: agreement })),
  remarks: z.array(z.string()),
});

describe('correlate', () => {
  it('prints every figure with its interval', async () => {
    const [{ rankings, columns }] = await jsonLines(schema, ['correlate', file, '--proxies', 'macs+depth', '--top', '2']);
    expect(columns[0]).toMatchObject({ name: 'imagenet', measured: 6, topK: 2 });
    // Accuracy grows with MACs from each of these networks to the next; S2 has fewer parameters than S1: one pair of fifteen.
    expect(rankings.find(({ id }) => id === 'macs')!.columns[0].tau.value).toBe(1);
    expect(rankings.find(({ id }) => id === 'params')!.columns[0].tau.value).toBeCloseTo(13 / 15, 12);
    expect(rankings.at(-1)).toMatchObject({ id: 'macs+depth', isBaseline: false });
  });

  it('prints tables and a sentence for people, and keeps table and figure where asked to', async () => {
    const out = join(folder, 'out');
    const { code, stdout } = await cli(['correlate', file, '--proxies', 'params+depth', '--details', '--out', out]);
    expect(code).toBe(0);
    expect(stdout).toContain('params+depth');
    expect(stdout).toContain('imagenet: 6 networks, k = 1');
    expect(stdout).toMatch(/On imagenet, Parameters \+ Depth \(tau [^)]*\) does not beat/);
    for (const name of ['scores.jsonl', 'correlation.json', 'correlation.md', 'correlation.svg']) expect(existsSync(join(out, name))).toBe(true);
  });

  it('refuses what it cannot read, in one line', async () => {
    expect(await complaint(['correlate', join(folder, 'none.csv')])).toContain('there is no such file');
    expect(await complaint(['correlate', file, '--proxies', 'zen'])).toContain('No proxy is called "zen"');
    expect(await complaint(['correlate', file, '--columns', 'cifar'])).toContain('no column "cifar"');
  });
});
