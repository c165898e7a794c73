import { copyFileSync, symlinkSync, truncateSync, writeFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nativeFileProblem } from '../../core/engine/nativeFile.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const folder = temporaryFolder();
/** A real library, as npm delivered it. */
const library = join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')),
  'bin', 'napi-v6', process.platform, process.arch, 'onnxruntime_binding.node');

describe('A native file', () => {
  it('that is missing, or that a link leads nowhere to, is named', () => {
    expect(nativeFileProblem(join(folder, 'none.so'))).toBe(`${join(folder, 'none.so')} is missing.`);
    symlinkSync(join(folder, 'gone.so.2'), join(folder, 'link.so'));
    expect(nativeFileProblem(join(folder, 'link.so'))).toBe(`${join(folder, 'link.so')} points to ${join(folder, 'gone.so.2')}, which is not there.`);
  });

  it('that is whole has no problem', () => {
    expect(nativeFileProblem(library)).toBeUndefined();
  });

  describe.skipIf(process.platform !== 'linux')('of Linux', () => {
    const path = join(folder, 'copy.node');
    const whole = () => copyFileSync(library, path);

    it.each([0, 3, 64, 100, 0.25, 0.5])('is found to be cut off at %d (a share of it, or bytes)', (length) => {
      whole();
      const { size } = statSync(path);
      truncateSync(path, length > 0 && length < 1 ? Math.floor(size * length) : length);
      expect(nativeFileProblem(path)).toMatch(/copy\.node is cut off: it has \d+ bytes/);
    });

    it('may lack what the loader does not read', () => {
      whole();
      // The table of sections comes last, and is for debuggers.
      truncateSync(path, statSync(path).size - 64);
      expect(nativeFileProblem(path)).toBeUndefined();
    });

    it('is told from a text and from a library for another processor', () => {
      writeFileSync(path, '<html>404 Not Found</html>'.repeat(10));
      expect(nativeFileProblem(path)).toMatch(/is no library for this system\.$/);
      whole();
      const other = Buffer.alloc(20);
      other.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
      // 243 is RISC-V in the ELF specification's list of machines.
      other.writeUInt16LE(243, 18);
      writeFileSync(path, other, { flag: 'r+' });
      expect(nativeFileProblem(path)).toMatch(/another kind of processor/);
    });
  });
});
