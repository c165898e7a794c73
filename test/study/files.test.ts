import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isLeftover, removeLeftovers, retryWhileBusy, writeError, writeFileAtomic } from '../../core/study/files.ts';
import { scratchFolder } from './scratch.ts';

const scratch = scratchFolder();
const systemError = (code: string) => Object.assign(new Error(`${code}: told by the system`), { code });

describe('writing a file atomically', () => {
  it('replaces the whole content and leaves nothing else', async () => {
    const folder = join(scratch, 'replace');
    mkdirSync(folder);
    const path = join(folder, 'a.bin');
    await writeFileAtomic(path, 'a long first content');
    await writeFileAtomic(path, [Uint8Array.of(1, 2), Uint8Array.of(3)]);
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    expect(readdirSync(folder)).toEqual(['a.bin']);
  });

  it('lets many writers of one file leave one whole content', async () => {
    const folder = join(scratch, 'many');
    mkdirSync(folder);
    const contents = Array.from({ length: 20 }, (_, i) => String(i).repeat(10_000));
    await Promise.all(contents.map((content) => writeFileAtomic(join(folder, 'a.txt'), content)));
    expect(contents).toContain(readFileSync(join(folder, 'a.txt'), 'utf8'));
    expect(readdirSync(folder)).toEqual(['a.txt']);
  });

  it('keeps the old file and removes its own traces when it fails', async () => {
    const folder = join(scratch, 'fails');
    mkdirSync(join(folder, 'a'), { recursive: true });
    writeFileSync(join(folder, 'a', 'old'), '');
    // A directory that is not empty cannot be replaced by a file.
    await expect(writeFileAtomic(join(folder, 'a'), 'new')).rejects.toMatchObject({ code: 'cannot-write' });
    expect(readdirSync(folder)).toEqual(['a']);
    expect(existsSync(join(folder, 'a', 'old'))).toBe(true);
  });

  it('says which path could not be written', async () => {
    const path = join(scratch, 'nowhere', 'a.txt');
    await expect(writeFileAtomic(path, 'x')).rejects.toThrow(`Cannot write ${path}: ENOENT`);
  });
});

describe('a failed write', () => {
  it.each([
    ['ENOSPC', 'the disk is full'],
    ['EDQUOT', 'the disk quota is used up'],
    ['EFBIG', 'the file would be larger than this disk or session allows'],
  ])('with %s is a full disk, and the message says what to do', (code, reason) => {
    const error = writeError(systemError(code), 's/events.ndjson', 'free space.');
    expect(error).toMatchObject({ name: 'EnvironmentError', code: 'disk-full', details: { path: 's/events.ndjson' } });
    expect(error.message).toBe(`Cannot write s/events.ndjson: ${reason}; free space.`);
  });

  it('for another reason is not called a full disk', () => {
    expect(writeError(systemError('EROFS'), 'a').code).toBe('cannot-write');
  });
});

describe('an operation on a file that a scanner holds open', () => {
  it('is tried again until the file is free', async () => {
    const outcomes = ['EPERM', 'EBUSY', 'EACCES'];
    const result = await retryWhileBusy(async () => {
      const code = outcomes.shift();
      if (code) throw systemError(code);
      return 'done';
    }, [1, 1, 1]);
    expect(result).toBe('done');
  });

  it('fails with the last error when the file never becomes free', async () => {
    let tries = 0;
    const always = async () => {
      tries++;
      throw systemError('EBUSY');
    };
    await expect(retryWhileBusy(always, [1, 1])).rejects.toThrow('EBUSY');
    expect(tries).toBe(3);
  });

  it('is not tried again after errors that waiting does not cure', async () => {
    let tries = 0;
    await expect(retryWhileBusy(async () => {
      tries++;
      throw systemError('ENOSPC');
    })).rejects.toThrow('ENOSPC');
    expect(tries).toBe(1);
  });
});

it('leftovers of killed writers are recognised by their names, and nothing else is', async () => {
  const folder = join(scratch, 'leftovers');
  mkdirSync(join(folder, '.training-1.9-0.tmp'), { recursive: true });
  for (const name of ['.a.json.12-3.tmp', 'notes.tmp', '.hidden', 'a.json']) writeFileSync(join(folder, name), '');
  await removeLeftovers(folder);
  expect(readdirSync(folder).sort()).toEqual(['.hidden', 'a.json', 'notes.tmp']);
  expect(isLeftover('a.tmp')).toBe(false);
});
