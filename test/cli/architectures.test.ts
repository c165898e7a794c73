import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { elasticVit } from '../../core/spaces/elasticvit/space.ts';
import { complaint, jsonLines, scratchFolder } from './harness.ts';

const folder = scratchFolder();
const file = (name: string, content: string) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const { T1, S1, L3 } = elasticVit.networks;
const predictionSchema = z.strictObject({
  arch: z.unknown(), latencyMs: z.number().positive(), lowMs: z.number().positive(), highMs: z.number().positive(),
  outOfRange: z.array(z.string()),
});
const predict = ['predict', '--space', 'elasticvit', '--device', 'pixel6', '--archs'];
const archsOf = async (input: string, stdin?: string) =>
  (await jsonLines(predictionSchema, [...predict, input], { stdin })).map(({ arch }) => arch);

describe('--archs', () => {
  it('takes a name, an object or an array', async () => {
    expect(await archsOf('T1')).toEqual([T1]);
    expect(await archsOf(JSON.stringify(S1))).toEqual([S1]);
    expect(await archsOf(JSON.stringify([S1, 'T1']))).toEqual([S1, T1]);
  });

  it('takes a file of JSON lines, of names, of an array, or of one object over several lines', async () => {
    expect(await archsOf(file('a.jsonl', `${JSON.stringify(T1)}\n\n${JSON.stringify(L3)}\n`))).toEqual([T1, L3]);
    expect(await archsOf(file('b.txt', '\uFEFFT1\r\nS1\r\n  L3  \r\n'))).toEqual([T1, S1, L3]);
    expect(await archsOf(file('c.json', JSON.stringify(['T1', L3], undefined, 2)))).toEqual([T1, L3]);
    expect(await archsOf(file('d.json', JSON.stringify(L3, undefined, 2)))).toEqual([L3]);
    expect(await archsOf(file('e.jsonl', '"T1"\n'))).toEqual([T1]);
  });

  it('takes standard input', async () => {
    expect(await archsOf('-', `T1\n${JSON.stringify(S1)}`)).toEqual([T1, S1]);
  });

  it('says in which line or item something is wrong', async () => {
    const broken = { ...T1, resolution: 100 };
    expect(await complaint([...predict, '-'], { stdin: 'T1\n\nT9\n' })).toMatch(/^standard input:3: "T9" is no architecture/);
    expect(await complaint([...predict, '-'], { stdin: `T1\n${JSON.stringify(broken)}` })).toMatch(/^standard input:2: .*resolution is 100/);
    expect(await complaint([...predict, '-'], { stdin: 'T1\n{"resolution": }\n' })).toMatch(/line 2, column 16/);
    expect(await complaint([...predict, file('f.json', JSON.stringify(['T1', 'T2', 5]))])).toMatch(/f\.json: item 3: /);
    expect(await complaint([...predict, file('g.json', '[\n"T1",\n]')])).toMatch(/g\.json is not valid JSON: at line 3, column 1/);
    expect(await complaint([...predict, file('h.json', '{\n"resolution": 128,\n')])).toMatch(/h\.json is not valid JSON: at line 3/);
  });

  it.each([
    ['nothing', ''], ['an empty array', '[]'], ['empty lines', '\n \n'],
  ])('refuses %s', async (_what, stdin) => {
    expect(await complaint([...predict, '-'], { stdin })).toBe('standard input: holds no architecture; expected at least one.');
  });

  it('refuses folders, missing files, binary files and unknown names', async () => {
    expect(await complaint([...predict, folder])).toContain('is a folder');
    expect(await complaint([...predict, join(folder, 'none.json')])).toContain('there is no file');
    expect(await complaint([...predict, 'T9'])).toContain('"T9" is no architecture of elasticvit');
    writeFileSync(join(folder, 'x.bin'), Uint8Array.of(0xff, 0xfe, 0x00));
    expect(await complaint([...predict, join(folder, 'x.bin')])).toContain('is not text');
  });
});
