import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findArchitecture, getSpace, spaceIds } from '../../core/spaces/index.ts';
import { elasticVit } from '../../core/spaces/elasticvit/space.ts';

const { S1 } = elasticVit.networks;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pocketformer-arch-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(content: string, name = 'arch.json'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('the registry of spaces', () => {
  it('gives every space it lists', () => {
    expect(spaceIds).toContain('elasticvit');
    expect(spaceIds).toContain('elasticvit-mini');
    for (const id of spaceIds) expect(getSpace(id).id).toBe(id);
  });

  it('lists what it knows when asked for another', () => {
    expect(() => getSpace('elastic')).toThrow(expect.objectContaining({
      code: 'unknown-space', message: expect.stringContaining('elasticvit, elasticvit-mini') as string,
    }));
  });
});

describe('finding the architecture a person means', () => {
  it('takes a published name, JSON, or a file of either', async () => {
    expect(await findArchitecture(elasticVit, 'S1')).toBe(S1);
    expect(await findArchitecture(elasticVit, ` ${JSON.stringify(S1)}\n`)).toEqual(S1);
    expect(await findArchitecture(elasticVit, await fileOf(JSON.stringify(S1, null, 2)))).toEqual(S1);
    expect(await findArchitecture(elasticVit, await fileOf(`\uFEFF${JSON.stringify(S1)}`))).toEqual(S1);
    expect(await findArchitecture(elasticVit, await fileOf('S1\n', 'name.txt'))).toEqual(S1);
  });

  it.each(['S9', 's1', 'toString', '__proto__', ''])('lists the names it knows instead of "%s"', async (name) => {
    await expect(findArchitecture(elasticVit, name)).rejects.toMatchObject({
      code: 'unknown-architecture', message: expect.stringContaining('T1, T2, S1, S2, M, L1, L1.5, L2, L3') as string,
    });
  });

  it('says that a file is missing', async () => {
    const path = join(folder, 'nowhere.json');
    await expect(findArchitecture(elasticVit, path)).rejects.toMatchObject({
      code: 'missing-file', message: `Cannot read the architecture: there is no file ${path}.`,
    });
  });

  it('says that a folder or a huge file is no architecture', async () => {
    await expect(findArchitecture(elasticVit, folder)).rejects.toMatchObject({ code: 'unreadable-file' });
    const huge = await fileOf('x'.repeat(2 ** 20 + 1), 'huge.onnx');
    await expect(findArchitecture(elasticVit, huge)).rejects.toMatchObject({ code: 'unreadable-file' });
  });

  it('says where JSON is broken, and in which file', async () => {
    const path = await fileOf('{\n  "resolution": 192,\n  "stem": oops\n}');
    await expect(findArchitecture(elasticVit, path)).rejects.toMatchObject({
      code: 'invalid-json', message: `${path} is not valid JSON: at line 3, column 11, expected a value.`,
    });
    await expect(findArchitecture(elasticVit, '{"resolution": 192')).rejects.toMatchObject({
      code: 'invalid-json',
      message: 'The architecture is not valid JSON: at line 1, column 19, expected "," or "}".',
    });
  });

  it('names the file of an impossible architecture', async () => {
    const path = await fileOf(JSON.stringify({ ...S1, resolution: 7 }));
    await expect(findArchitecture(elasticVit, path)).rejects.toMatchObject({
      code: 'invalid-architecture', message: expect.stringMatching(/arch\.json: .*resolution is 7/) as string,
    });
  });
});
