import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../../core/api/client.ts';
import { methods } from '../../core/api/contract/contract.ts';
import { openWorkbench, type Workbench } from '../../core/api/workbench.ts';
import { createStudy } from '../../core/study/folder.ts';
import { nodeWorkerHost } from '../../core/study/jobs/nodeWorkerHost.ts';
import { parseTrainingFile } from '../../core/study/networkTraining/trainingFile.ts';
import { createTraining } from '../../core/study/networkTraining/trainingFolder.ts';
import { parseStudyFile } from '../../core/study/studyFile.ts';
import { bands, put } from '../data/pictures.ts';
import { messagePortLine, type Line } from './pairs.ts';

const data = 'data: { kind: folder, path: pictures, imageSize: 32 }';
const study = `version: 1\nname: pets\nspace: elasticvit-mini\n${data}\ndevices: [pixel4]\n`;
const training = `version: 1\nname: one network\nspace: elasticvit-mini\narch: min\n${data}\ndevices: [pixel6]\n`;

describe('archives over the contract', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pocketformer-archives-'));
  const library = join(folder, 'library');
  let workbench: Workbench;
  let line: Line;
  let client: ApiClient;

  beforeAll(async () => {
    (await createStudy(join(library, 'pets'), { settings: parseStudyFile(study, 'pets.yaml'), text: study, path: 'pets.yaml', baseDir: folder })).close();
    (await createTraining(join(library, 'one'), { settings: parseTrainingFile(training, 'one.yaml'), text: training, path: 'one.yaml', baseDir: folder })).close();
    workbench = await openWorkbench({ workerHost: nodeWorkerHost(), libraryFolder: library, settingsFile: join(folder, 'settings.json') });
    line = messagePortLine(workbench.api);
    client = new ApiClient(() => line.connect(), { retryDelaysMs: [10] });
  });
  afterAll(async () => {
    client.close();
    await line.close();
    await workbench.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are packed beside the studies and opened as others, told where the images were, and given the new place', async () => {
    const [row] = await client.call('studies.list', {});
    expect(row).toMatchObject({ name: 'pets', missingImages: join(folder, 'pictures') });
    const fractions: number[] = [];
    const packed = methods['archives.pack'].output.parse(await client.call('archives.pack', { of: { study: row.id }, out: 'pets.zip', without: null }, {
      onProgress: ({ fraction }) => fractions.push(fraction),
    }));
    expect(packed).toMatchObject({ path: join(library, 'pets.zip'), images: join(folder, 'pictures') });
    expect(fractions.at(-1)).toBe(1);
    const opened = methods['archives.open'].output.parse(await client.call('archives.open', { path: packed.path }));
    expect(opened).toMatchObject({ training: null, name: 'pets', directory: join(library, 'pets-2'), missingImages: join(folder, 'pictures') });
    expect((await client.call('files.list', { path: library })).entries).toContainEqual({ name: 'pets.zip', path: packed.path, kind: 'packed' });

    for (const colour of ['red', 'blue']) for (const i of [0, 1, 2]) await put(join(folder, 'elsewhere', colour), `${i}.png`, bands([colour, 'white'], 32 + i, 32));
    const of = { study: opened.study! };
    expect(await client.call('archives.relink', { of, path: join(folder, 'elsewhere') })).toMatchObject({ trainImages: 4, valImages: 2, isChecked: false });
    const after = (await client.call('studies.list', {})).map(({ directory, missingImages }) => [directory, missingImages]);
    expect(after).toContainEqual([join(library, 'pets-2'), undefined]);
  });

  it('hold trainings as well', async () => {
    const packed = await client.call('archives.pack', { of: { training: 'one' }, out: join(folder, 'one.zip'), without: 'weights' });
    expect(existsSync(packed.path)).toBe(true);
    expect(await client.call('archives.open', { path: packed.path })).toMatchObject({ study: null, training: 'one network', name: 'one network' });
    mkdirSync(join(folder, 'empty'));
    await expect(client.call('archives.relink', { of: { training: 'one network' }, path: join(folder, 'empty') })).rejects.toMatchObject({ code: 'data-empty' });
  });

  it('are refused with the reason where they are not there', async () => {
    await expect(client.call('archives.open', { path: join(folder, 'none.zip') })).rejects.toMatchObject({ code: 'missing-file' });
    await expect(client.call('archives.pack', { of: { training: '..' }, out: 'x.zip', without: null })).rejects.toMatchObject({ code: 'unknown-training' });
  });
});
