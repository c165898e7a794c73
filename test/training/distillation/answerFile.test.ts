import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AnswerFile, recordBytes } from '../../../core/training/distillation/answerFile.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'answers-'));
  path = join(folder, 'cache', 'some.answers');
});
afterEach(() => rmSync(folder, { recursive: true }));

function withFile<T>(use: (file: AnswerFile) => T, key = 'key'): T {
  const file = new AnswerFile(path, key, 3);
  try {
    return use(file);
  } finally {
    file.close();
  }
}

const numbers = (answer: Uint16Array | undefined) => answer && [...answer];

describe('answers on disk', () => {
  it('are found again under their number and for their pixels only', () => {
    withFile((file) => {
      file.write(4, 111, Uint16Array.of(1, 2, 65535));
      file.write(1, 222, Uint16Array.of(0, 0, 0));
    });
    withFile((file) => {
      expect(numbers(file.read(4, 111))).toEqual([1, 2, 65535]);
      expect(numbers(file.read(1, 222))).toEqual([0, 0, 0]);
      expect(file.read(4, 222)).toBeUndefined();
      for (const never of [0, 2, 3, 5, 1000]) expect(file.read(never, 0)).toBeUndefined();
    });
    withFile((file) => expect(file.read(4, 111)).toBeUndefined(), 'other key');
    expect(readFileSync(path).length).toBe(5 * recordBytes(3));
  });

  it('are not found where a byte has changed, the end is missing, or a record lies in the place of another', () => {
    withFile((file) => [0, 1, 2, 3].forEach((number) => file.write(number, 7, Uint16Array.of(number, 1, 2))));
    const bytes = readFileSync(path);
    bytes[recordBytes(3) + 5] ^= 1;
    bytes.copyWithin(2 * recordBytes(3), 0, recordBytes(3));
    writeFileSync(path, bytes);
    truncateSync(path, 4 * recordBytes(3) - 1);
    withFile((file) => {
      expect(numbers(file.read(0, 7))).toEqual([0, 1, 2]);
      for (const lost of [1, 2, 3]) expect(file.read(lost, 7)).toBeUndefined();
      file.write(1, 7, Uint16Array.of(9, 9, 9));
      expect(numbers(file.read(1, 7))).toEqual([9, 9, 9]);
    });
  });

  it('are shared by all who have the file open', () => {
    withFile((one) => withFile((other) => {
      one.write(0, 7, Uint16Array.of(1, 1, 1));
      other.write(1, 7, Uint16Array.of(2, 2, 2));
      expect(numbers(other.read(0, 7))).toEqual([1, 1, 1]);
      expect(numbers(one.read(1, 7))).toEqual([2, 2, 2]);
    }));
  });
});
