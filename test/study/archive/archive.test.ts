import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ZipFile } from 'yazl';
import { loadData } from '../../../core/data/config.ts';
import { listDevices } from '../../../core/latency/devices.ts';
import { modelHash } from '../../../core/latency/modelHash.ts';
import { packStudy } from '../../../core/study/archive/pack.ts';
import { isSafePath } from '../../../core/study/archive/readArchive.ts';
import { relinkData } from '../../../core/study/archive/relinkData.ts';
import { unpackStudy } from '../../../core/study/archive/unpack.ts';
import { studyDeviceFiles } from '../../../core/study/checks/studyDevice.ts';
import { createStudy, describeStudy, openStudy } from '../../../core/study/folder.ts';
import { parseStudyFile } from '../../../core/study/studyFile.ts';
import { loadTrainedStudy } from '../../../core/study/trainedStudy.ts';
import { bands, put } from '../../data/pictures.ts';
import { scratchFolder } from '../scratch.ts';

const scratch = scratchFolder();
const at = (...parts: string[]) => join(scratch, ...parts);
const directory = at('runs', 'pets');
const archive = at('pets.zip');

const text = `version: 1
name: pets
space: elasticvit-mini
# whose pictures these are
data: { kind: folder, path: ../pictures, imageSize: 32, valFraction: 0.25 }
devices:
  - pixel4
  - file: my phones/mine.json   # the one on my desk
    maxMs: 40
training:
  steps: 10
  distillation: { teachers: [{ file: teacher.onnx }] }
`;

beforeAll(async () => {
  for (const colour of ['red', 'blue']) for (let i = 0; i < 4; i++) await put(at('pictures', colour), `${i}.png`, bands([colour, 'white', ['black', 'grey', 'green', 'pink'][i]], 32, 32));
  mkdirSync(at('made', 'my phones'), { recursive: true });
  const [{ path }] = listDevices();
  writeFileSync(at('made', 'my phones', 'mine.json'), JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')) as object, name: 'mine' }));
  writeFileSync(at('made', 'my phones', 'mine.checks.jsonl'), '');
  writeFileSync(at('made', 'teacher.onnx'), 'no teacher is asked here');
  const settings = parseStudyFile(text, 'pets.yaml');
  const study = await createStudy(directory, { settings, text, path: 'pets.yaml', baseDir: at('made') });
  const data = await loadData(settings.data!, { baseDir: at('made'), cacheDir: study.paths.cache, seed: settings.seed });
  await study.saveCheckpoint({ phase: 'training', step: 1, tensors: { weight: { shape: [300], data: new Float32Array(300).fill(0.5) } }, state: { data: data.id } });
  data.close();
  study.close();
});

const listing = (folder: string) => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name)).sort();
const unpacked = (path: string, library = 'elsewhere', mostBytes?: number) => unpackStudy({ archive: path, library: at(library), mostBytes });
/** Where nothing may be left of an archive that was refused. */
const refusal = async (path: string, mostBytes?: number) => {
  const error = await unpacked(path, 'refused', mostBytes).then(() => undefined, (problem: Error & { code: string }) => problem);
  expect(existsSync(at('refused')) ? readdirSync(at('refused')) : []).toEqual([]);
  return `${error?.code}: ${error?.message}`;
};

describe('the archive of a study', () => {
  it('holds the folder without decoded images, and what the settings name outside of it', async () => {
    const report = await packStudy({ directory, out: archive, without: null });
    expect(report).toMatchObject({ kind: 'study', name: 'pets', data: { path: at('pictures') } });
    const { directory: opened } = await unpacked(archive);
    const inside = (folder: string) => listing(folder).map((path) => path.slice(folder.length + 1).replaceAll('\\', '/'));
    expect(inside(opened)).toEqual([
      ...inside(directory).filter((path) => !path.startsWith('cache/')), 'archive.json', 'devices/mine.checks.jsonl', 'devices/mine.json', 'teachers/teacher.onnx',
    ].sort());
    for (const path of inside(directory).filter((name) => name.startsWith('checkpoints') || name === 'events.ndjson')) {
      expect(readFileSync(join(opened, path)).equals(readFileSync(join(directory, path))), path).toBe(true);
    }
  });

  it('leads to the device models and teachers that came with it, and keeps the comments', async () => {
    const opened = await describeStudy(at('elsewhere', 'pets'));
    expect(studyDeviceFiles(opened).map(({ name, path, maxMs, model }) => [name, path, maxMs, modelHash(model)])).toEqual(
      studyDeviceFiles(await describeStudy(directory)).map(({ name, path, maxMs, model }) => [name, path && at('elsewhere', 'pets', 'devices', 'mine.json'), maxMs, modelHash(model)]));
    const written = readFileSync(opened.paths.studyFile, 'utf8');
    expect(parse(written)).toMatchObject({ training: { distillation: { teachers: [{ file: 'teachers/teacher.onnx' }] } }, data: { path: at('pictures') } });
    expect(written).toContain('# whose pictures these are');
  });

  it('says that its images are elsewhere, and takes a new place only of the very same ones', async () => {
    cpSync(at('pictures'), at('copied'), { recursive: true });
    cpSync(at('pictures'), at('moved'), { recursive: true });
    const opened = at('elsewhere', 'pets');
    rmSync(at('pictures'), { recursive: true });
    await expect(loadTrainedStudy(await describeStudy(opened))).rejects.toThrow(/Its images are elsewhere: there is no folder .*pictures \(SHA-256 of the set [0-9a-f]{12}.*pocketformer relink/);
    writeFileSync(at('copied', 'red', '0.png'), await bands(['red', 'white', 'yellow'], 32, 32).png().toBuffer());
    await expect(relinkData(opened, at('copied'))).rejects.toMatchObject({ code: 'other-data' });
    expect(await relinkData(opened, at('moved'))).toMatchObject({ path: at('moved'), isChecked: true });
    (await loadTrainedStudy(await describeStudy(opened))).data.close();
    cpSync(at('moved'), at('pictures'), { recursive: true });
  });

  it('is opened beside a study of the same name, never in its place', async () => {
    const before = readFileSync(at('elsewhere', 'pets', 'study.yaml'), 'utf8');
    expect((await unpacked(archive)).directory).toBe(at('elsewhere', 'pets-2'));
    expect(readFileSync(at('elsewhere', 'pets', 'study.yaml'), 'utf8')).toBe(before);
  });

  it('can be packed again where it was opened', async () => {
    await packStudy({ directory: at('elsewhere', 'pets-2'), out: at('again.zip'), without: null });
    const { directory: third } = await unpacked(at('again.zip'), 'third');
    expect(studyDeviceFiles(await describeStudy(third))[1].path).toBe(join(third, 'devices', 'mine.json'));
    expect(readFileSync(join(third, 'study.yaml'), 'utf8')).toBe(readFileSync(at('elsewhere', 'pets-2', 'study.yaml'), 'utf8'));
  });

  it('leaves out checkpoints, or everything with weights, where it is told to', async () => {
    const named = async (without: 'checkpoints' | 'weights') => {
      const out = at(`${without}.zip`);
      await packStudy({ directory, out, without });
      const { directory: opened } = await unpacked(out, without);
      return listing(opened).map((path) => path.slice(opened.length + 1).replaceAll('\\', '/'));
    };
    expect(await named('checkpoints')).toEqual(expect.not.arrayContaining([expect.stringContaining('checkpoints/')]));
    expect((await named('weights')).filter((path) => /checkpoints|\.onnx$|\.safetensors$/.test(path))).toEqual([]);
  });

  it('is not made of a study that a process has, nor over a file, nor within the study', async () => {
    const study = await openStudy(directory);
    await expect(packStudy({ directory, out: at('running.zip'), without: null })).rejects.toMatchObject({ code: 'study-running' });
    study.close();
    await expect(packStudy({ directory, out: archive, without: null })).rejects.toThrow('archives are not replaced');
    await expect(packStudy({ directory, out: join(directory, 'self.zip'), without: null })).rejects.toThrow('inside the folder that is packed');
    expect(existsSync(at('running.zip'))).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('leaves out links in the folder, and tells', async () => {
    const linked = at('runs', 'linked');
    cpSync(directory, linked, { recursive: true });
    symlinkSync('/etc/hostname', join(linked, 'notes.txt'));
    expect(await packStudy({ directory: linked, out: at('linked.zip'), without: null })).toMatchObject({ skipped: ['notes.txt'] });
  });
});

describe('an archive that cannot be trusted', () => {
  const bytes = () => readFileSync(archive);
  const changed = (name: string, change: (bytes: Buffer) => Buffer) => {
    writeFileSync(at(name), change(bytes()));
    return at(name);
  };
  /** A zip file of these files, then changed as bytes. */
  const zipOf = async (name: string, files: Readonly<Record<string, string>>, { mode = 0o100644, replace }: { mode?: number; replace?: readonly [string, string] } = {}) => {
    const zip = new ZipFile();
    for (const [path, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), path, { mode });
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(at(name)));
    if (replace) writeFileSync(at(name), Buffer.from(readFileSync(at(name), 'latin1').replaceAll(...replace), 'latin1'));
    return at(name);
  };

  it('is refused when it was cut off, wherever', async () => {
    for (const share of [0, 0.3, 0.99]) expect(await refusal(changed('cut.zip', (whole) => whole.subarray(0, Math.floor(share * whole.length))))).toMatch(/^not-an-archive: .*expected an archive/);
  });

  it('is refused when a byte of a file was altered, and nothing is left of it', async () => {
    // Weights are stored as they are; 0.5 is 0x3f000000.
    const altered = changed('altered.zip', (whole) => {
      const place = whole.indexOf(Buffer.from(new Float32Array(20).fill(0.5).buffer)) + 8;
      whole[place] ^= 1;
      return whole;
    });
    expect(await refusal(altered)).toMatch(/^damaged-archive: .*weights\.safetensors is not what was packed: its SHA-256 differs/);
  });

  it('is refused for names that lead out of the folder, absolute ones, links and doubles', async () => {
    expect(await refusal(await zipOf('up.zip', { 'xx/evil.txt': '' }, { replace: ['xx/evil.txt', '../evil.txt'] }))).toMatch(/^(unsafe|damaged)-archive: .*\.\.\/evil\.txt/);
    expect(await refusal(await zipOf('absolute.zip', { 'xtc/evil.txt': '' }, { replace: ['xtc/evil.txt', '/tc/evil.txt'] }))).toMatch(/^(unsafe|damaged)-archive: .*\/tc\/evil\.txt/);
    expect(await refusal(await zipOf('link.zip', { 'study.json': '/etc/passwd' }, { mode: 0o120777 }))).toMatch(/^unsafe-archive: .*study\.json is a link/);
    expect(await refusal(await zipOf('double.zip', { 'a.txt': '1', 'A.txt': '2' }))).toMatch(/^unsafe-archive: .*A\.txt twice/);
  });

  it('is refused for files that its list does not have or that are missing, and for another format', async () => {
    const manifest = (files: unknown[]) => JSON.stringify({
      format: 'pocketformer-archive', version: 1, kind: 'study', name: 'x', packed: '', pocketformerVersion: '0', without: null, data: null, missing: [], files,
    });
    expect(await refusal(await zipOf('extra.zip', { 'a.txt': '1', 'pocketformer-archive.json': manifest([]) }))).toMatch(/^damaged-archive: .*holds a\.txt, which its list does not have/);
    const listed = { path: 'gone.txt', sizeBytes: 1, sha256: '0'.repeat(64) };
    expect(await refusal(await zipOf('gone.zip', { 'pocketformer-archive.json': manifest([listed]) }))).toMatch(/^damaged-archive: .*lacks gone\.txt/);
    expect(await refusal(await zipOf('photos.zip', { 'a.jpg': '' }))).toMatch(/^not-an-archive: .*without pocketformer-archive\.json/);
    expect(await refusal(await zipOf('newer.zip', { 'pocketformer-archive.json': '{"version":2}' }))).toMatch(/^newer-archive: .*version 2/);
    copyFileSync(listDevices()[0].path, at('model.zip'));
    expect(await refusal(at('model.zip'))).toMatch(/^not-an-archive/);
  });

  it('is refused when its files are larger than what is accepted', async () => {
    expect(await refusal(archive, 1000)).toMatch(/^too-large-archive: .*--max-gib/);
  });

  it('knows names that are none on every system', () => {
    expect(['study.json', 'models/a b.onnx', 'results/é.svg'].map(isSafePath)).toEqual([true, true, true]);
    expect(['', '/a', 'a//b', 'a/./b', '../a', 'a\\b', 'C:/a', 'a/con', 'nul.txt', 'a.', 'a ', 'lock-1-ab.json', 'a\u0000'].map(isSafePath).filter(Boolean)).toEqual([]);
  });
});
