import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cli, complaint, jsonLines, scratchFolder } from './harness.ts';

const folder = scratchFolder();
const description = z.object({ id: z.string(), summary: z.string(), takes: z.string().nullable(), options: z.record(z.string(), z.string()) });
const table = z.object({ title: z.string(), source: z.string(), columns: z.array(z.object({ title: z.string() })), rows: z.array(z.array(z.string())), remarks: z.array(z.string()) });

describe('reproduce', () => {
  it('lists the tables, what they take, and which options each reads', async () => {
    const listed = await jsonLines(description, ['reproduce', 'list']);
    expect(listed.find(({ id }) => id === 'asvit-counts')).toMatchObject({ takes: null, options: {} });
    expect(listed.find(({ id }) => id === 'asvit-policy')).toMatchObject({ takes: expect.any(String), options: { from: expect.stringContaining('topology-search') } });
    const { stdout } = await cli(['reproduce', 'list']);
    expect(stdout).toMatch(/asvit-complexity .*\n {4}--count /);
  });

  it('makes under "all" what takes nothing, and the others by their names', async () => {
    const listed = await jsonLines(description, ['reproduce', 'list']);
    const { code, stdout } = await cli(['reproduce', 'all', '--markdown']);
    expect(code).toBe(0);
    for (const paper of ['As-ViT, Table 4', 'TF-TAS, Table 1', 'TF-TAS, Table 2', 'Google Pixel 4']) expect(stdout).toContain(paper);
    expect(stdout).not.toContain('Table 6');
    expect(listed.filter(({ takes }) => takes !== null).length).toBeGreaterThan(0);
    const [order] = await jsonLines(table, ['reproduce', 'tf-tas-seeds', '--count', '3', '--seeds', '2', '--proxies', 'params', '--out', join(folder, 'seeds')]);
    expect(order.title).toBe('TF-TAS, Table 6: the order of 3 networks with 2 seeds');
    // What reads no weights says the same with every seed.
    expect(order.rows[0].slice(0, 1).concat(order.rows[0].slice(3, 6))).toEqual(['params', '1.000', '1.000', '100 %']);
  });

  it('refuses names and options that it does not know, in one line', async () => {
    expect(await complaint(['reproduce', 'table-9'])).toMatch(/no table "table-9"; choose elasticvit-latency, .* all or list/);
    expect(await complaint(['reproduce', 'asvit-counts', '--count', '5'])).toBe('reproduce: asvit-counts has no --count; it is for tf-tas-seeds or asvit-complexity.');
    expect(await complaint(['reproduce', 'asvit-scaling'])).toMatch(/asvit-scaling needs --from: folder of a scaling/);
    expect(await complaint(['reproduce', 'asvit-policy', '--from', folder])).toMatch(/holds no topology search of asvit/);
  });
});
