import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findElectron } from '../../../electron/electronProgram.js';

/*
 * Packs the app for this system with electron-builder itself. Where Electron's distribution is missing, a folder that looks
 * like one takes its place: what is packed does not depend on it.
 */

const top = fileURLToPath(new URL('../../../', import.meta.url));
const require = createRequire(import.meta.url);
const config = parse(readFileSync(join(top, 'electron-builder.yml'), 'utf8')) as Record<string, unknown>;

describe('electron-builder.yml', () => {
  it("fits the builder's own schema", async () => {
    const { validateConfiguration } = require('app-builder-lib/out/util/config/config.js') as
      { validateConfiguration(config: unknown, log: { isEnabled: boolean; add(): void }): Promise<void> };
    const log = { isEnabled: false, add: () => undefined };
    await expect(validateConfiguration(structuredClone(config), log)).resolves.toBeUndefined();
    await expect(validateConfiguration({ ...structuredClone(config), asarUnpak: [] }, log)).rejects.toThrow(/asarUnpak/);
  });

  it('sets the fuses, and publishes nothing', () => {
    expect(config.electronFuses).toMatchObject({
      runAsNode: false, enableNodeOptionsEnvironmentVariable: false, enableNodeCliInspectArguments: false, onlyLoadAppFromAsar: true,
      enableEmbeddedAsarIntegrityValidation: true, grantFileProtocolExtraPrivileges: false, enableCookieEncryption: false,
    });
    expect(config).toMatchObject({ publish: null, npmRebuild: false });
  });

  it('has an icon that the repository can carry', () => {
    const icon = readFileSync(join(top, 'build', 'icon.png'));
    expect(icon.subarray(1, 4).toString()).toBe('PNG');
    // Width and height of the header; macOS wants 1024.
    expect([icon.readUInt32BE(16), icon.readUInt32BE(20)]).toEqual([1024, 1024]);
    expect(icon.length).toBeLessThan(100 * 1024);
  });
});

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')('the packed app (built on Linux, x64)', () => {
  let work: string;
  let resources: string;
  let files: string[];
  let unpacked: string;

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'packaging-'));
    execFileSync(process.execPath, [join(top, 'electron', 'build', 'compile.js')]);
    if (!existsSync(join(top, 'dist', 'renderer', 'index.html'))) {
      execFileSync(process.execPath, [join(top, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--config', 'renderer/vite.config.ts'], { cwd: top });
    }
    const { Arch, build, Platform } = await import('electron-builder');
    await build({
      targets: Platform.LINUX.createTarget('dir', Arch.x64), projectDir: top, publish: 'never',
      config: {
        ...config, electronDist: electronDistribution(work), directories: { buildResources: 'build', output: join(work, 'out') },
      },
    });
    resources = join(work, 'out', 'linux-unpacked', 'resources');
    const asar = require('@electron/asar') as { listPackage(archive: string, options: object): string[]; extractAll(archive: string, to: string): void };
    files = asar.listPackage(join(resources, 'app.asar'), { isPack: false }).map((file) => file.replaceAll('\\', '/').replace(/^\//, ''));
    unpacked = join(work, 'app');
    asar.extractAll(join(resources, 'app.asar'), unpacked);
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  it.each([
    'package.json', 'LICENSE', 'dist/app/package.json', 'dist/app/electron/main.js', 'dist/app/electron/preload.cjs', 'dist/app/electron/engine.js',
    'dist/app/core/study/jobs/worker.js', 'dist/app/core/cli/bin.js', 'dist/app/latency-models/pixel4.json', 'dist/renderer/index.html',
    'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/onnxruntime_binding.node', 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1',
    'node_modules/zod/package.json',
  ])('holds %s', (file) => {
    expect(files).toContain(file);
  });

  it.each([
    ['tests', /^test\/|(?<!regexp)\.test\./], ['sources', /^(core|electron|renderer)\/|(?<!\.d)\.[cm]?ts$|\.vue$/], ['source maps', /\.map$/],
    ["other platforms' libraries", /onnxruntime-node\/bin\/.*\/(darwin|win32|arm64)|\.(dll|dylib)$/],
    ['what is for development alone',
      /node_modules\/(typescript|vite|vitest|electron|electron-builder|vue|eslint|playwright-core|tsx|esbuild|axe-core)(\/|$)/],
    ['private things', /(^|\/)(\.git|\.npmrc|\.env|runs)(\/|$)/],
  ])('leaves out %s', (_what, pattern) => {
    expect(files.filter((file) => pattern.test(file))).toEqual([]);
  });

  it('keeps libraries outside the archive, where the system can load them', () => {
    for (const file of ['onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1', '@img/sharp-libvips-linux-x64', '@img/sharp-linux-x64']) {
      expect(existsSync(join(resources, 'app.asar.unpacked', 'node_modules', file)), file).toBe(true);
    }
  });

  it('works from what was packed alone: engines, images and the export of a model', () => {
    const bin = join(unpacked, 'dist', 'app', 'core', 'cli', 'bin.js');
    const engines = JSON.parse(execFileSync(process.execPath, [bin, 'engines', '--json'], { encoding: 'utf8' })) as { id: string; available: boolean }[];
    expect(engines.find(({ id }) => id === 'ort')?.available).toBe(true);
    const out = join(work, 'min.onnx');
    const args = ['export', '--space', 'elasticvit-mini', '--arch', 'min', '--seed', '1', '--classes', '4', '--out', out, '--json'];
    const exported = JSON.parse(execFileSync(process.execPath, [bin, ...args], { encoding: 'utf8' })) as { maxAbsDiff: number };
    expect(exported.maxAbsDiff).toBeLessThan(1e-3);
    execFileSync(process.execPath, ['-e', 'require("sharp")({create:{width:2,height:2,channels:3,background:"red"}}).png().toBuffer()'], { cwd: unpacked });
  });
});

/** Electron's own distribution when it is here, else a folder with the parts that the builder handles. */
function electronDistribution(work: string): string {
  const program = findElectron();
  if (program !== undefined) return join(program, '..');
  const folder = join(work, 'electron');
  mkdirSync(join(folder, 'resources'), { recursive: true });
  mkdirSync(join(folder, 'locales'));
  // The place in the program where fuses are set: a marker, a version, a count, the fuses.
  writeFileSync(join(folder, 'electron'), Buffer.concat([Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'), Buffer.from([1, 9]), Buffer.from('101101111')]));
  for (const name of ['version', 'LICENSE', 'LICENSES.chromium.html']) writeFileSync(join(folder, name), '45.4.1');
  return folder;
}
