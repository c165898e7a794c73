import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { codeHash, codeHashFile, codeHashOf } from '../../../core/study/queue/chunks/codeHash.ts';
import { chunkOf, readChunk } from '../../../core/study/queue/chunks/chunk.ts';
import { scratchFolder } from '../scratch.ts';

const top = scratchFolder();

it('tells code apart by what decides results, whatever ends its lines, and by its libraries', () => {
  const write = (path: string, text: string) => {
    mkdirSync(join(top, path, '..'), { recursive: true });
    writeFileSync(join(top, path), text);
    return codeHashOf(top);
  };
  write('package.json', '{ "dependencies": { "a": "1" } }');
  const first = write('core/scoring/dss/one.ts', 'export const one = 1;\nexport const two = 2;\n');
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(write('core/scoring/dss/one.ts', 'export const one = 1;\r\nexport const two = 2;\r\n')).toBe(first);
  for (const file of ['core/cli/main.ts', 'core/study/folder.ts', 'core/engine/notes.md', `core/${codeHashFile}`]) expect(write(file, 'else')).toBe(first);
  expect(write('package.json', '{ "name": "other", "dependencies": { "a": "1" } }')).toBe(first);
  expect(write('package.json', '{ "dependencies": { "a": "2" } }')).not.toBe(first);
  write('package.json', '{ "dependencies": { "a": "1" } }');
  expect(write('core/scoring/dss/one.ts', 'export const one = 1;\nexport const two = 3;\n')).not.toBe(first);
});

it('is told by every chunk, and one that other code made is refused with the reason', () => {
  expect(codeHash()).toBe(codeHashOf(fileURLToPath(new URL('../../../', import.meta.url))));
  const chunk = chunkOf({ kind: 'score', plan: { space: 'autoformer-mini', proxies: ['params'], seeds: [1] } }, [{}]);
  expect(readChunk(chunk)).toEqual(chunk);
  expect(() => readChunk({ ...chunk, versions: { ...chunk.versions, code: '0'.repeat(64) } }))
    .toThrow(/^A chunk of work was made by Pocketformer \S+ \(protocol 2, code 00000000\); this is Pocketformer \S+ \(protocol 2, code [0-9a-f]{8}\)\. Use the same version everywhere\.$/);
});
