/**
 * Pictures of every screen in both themes: `npm run screenshots -- [--out DIR] [--study DIR]... [--only TEXT]`. Makes a
 * library of its own: the quickstart is run unless finished studies are given, other states are made from its copies.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { writeLargeStudy } from '../../study/largeStudy.ts';
import { writeMadeUpDevices } from '../../study/devices/madeUpDevices.ts';
import { walkDevices } from './deviceWalk.ts';
import { launchBrowser, openWindow } from './harness/browser.ts';
import { startServe } from './harness/serve.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const { values } = parseArgs({
  options: { out: { type: 'string', default: 'dist/screenshots' }, study: { type: 'string', multiple: true, default: [] }, only: { type: 'string', default: '' } },
});
const out = resolve(values.out);
const folder = mkdtempSync(join(tmpdir(), 'pocketformer-screenshots-'));
const library = join(folder, 'studies');

/** Runs the program to its end, with what it says on the terminal. */
async function run(...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [join(repository, 'core', 'cli', 'bin.js'), ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise((done) => child.on('close', done));
  if (code !== 0) throw new Error(`pocketformer ${args.join(' ')} has ended with code ${String(code)}.`);
}

/** A finished quickstart, and the same as a second study when only one is given. */
async function realStudies(): Promise<string[]> {
  const given = values.study.map((path) => resolve(path));
  if (given.length === 0) {
    const text = readFileSync(join(repository, 'examples', 'quickstart.yaml'), 'utf8');
    for (const [name, seed] of [['quickstart', 1], ['quickstart-seed-2', 2]] as const) {
      const file = join(folder, `${name}.yaml`);
      writeFileSync(file, text.replace('name: quickstart', `name: ${name}`).replace('seed: 1', `seed: ${seed}`));
      await run('run', file, '--out', join(folder, 'made', name));
      given.push(join(folder, 'made', name));
    }
  }
  return given.map((path) => {
    const copy = join(library, basename(path));
    cpSync(path, copy, { recursive: true });
    return copy;
  });
}

/** A copy of a finished study that has trained, but not searched yet. */
function trainedOnly(study: string, name: string): void {
  const copy = copyOf(study, name);
  const path = join(copy, 'events.ndjson');
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const end = lines.findIndex((line) => line.includes('"phase-started"') && line.includes('"search"'));
  writeFileSync(path, `${lines.slice(0, end).join('\n')}\n`);
  for (const folderName of ['results', 'cache', 'models']) rmSync(join(copy, folderName), { recursive: true, force: true });
  // Without the list of checkpoints, those that are there count.
  for (const name of readdirSync(join(copy, 'checkpoints'))) {
    if (!name.startsWith('training')) rmSync(join(copy, 'checkpoints', name), { recursive: true });
  }
  changeInfo(copy, { status: 'interrupted' });
}

function copyOf(study: string, name: string): string {
  const copy = join(library, name);
  cpSync(study, copy, { recursive: true });
  const yaml = join(copy, 'study.yaml');
  writeFileSync(yaml, readFileSync(yaml, 'utf8').replace(/^name: .*$/m, `name: ${name}`));
  changeInfo(copy, { name });
  return copy;
}

function changeInfo(study: string, changes: Record<string, unknown>): void {
  const file = join(study, 'study.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')) as object, ...changes }, null, 2));
}

let taken = 0;

/** Takes a picture once two in a row are the same: charts are drawn, nothing fades. */
async function take(page: Page, name: string): Promise<void> {
  let before: Buffer = Buffer.alloc(0);
  for (let attempt = 0; attempt < 12; attempt++) {
    const picture = await page.screenshot();
    if (picture.equals(before)) break;
    before = picture;
    await page.evaluate(() => new Promise((done) => setTimeout(done, 120)));
  }
  writeFileSync(join(out, `${name}.png`), before);
  taken++;
}

/** Both themes, wherever the window is. */
async function both(page: Page, name: string): Promise<void> {
  if (!name.includes(values.only)) return;
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await take(page, `${name}-${colorScheme}`);
  }
}

async function go(page: Page, hash: string): Promise<void> {
  await page.evaluate((next) => { location.hash = next; }, hash);
  await page.locator('main').waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
}

async function idOf(page: Page, name: string): Promise<string> {
  await go(page, '#/studies');
  const link = page.getByRole('grid', { name: 'Studies' }).getByText(name, { exact: true });
  const hash = await link.getAttribute('href');
  return decodeURIComponent(hash!.split('/')[2]);
}

async function studiesAndEditor(page: Page): Promise<void> {
  await go(page, '#/studies');
  await page.getByRole('grid', { name: 'Studies' }).getByText('quickstart', { exact: true }).first().waitFor();
  await both(page, 'studies');
  await page.getByRole('grid', { name: 'Studies' }).getByRole('row', { name: /quickstart/ }).getByText('Finished').first().click();
  await both(page, 'studies-details');
  await page.getByRole('grid', { name: 'Studies' }).getByRole('row', { name: /damaged/ }).getByText('Damaged', { exact: true }).click();
  await both(page, 'studies-damaged');
  await page.getByRole('button', { name: 'More for quickstart', exact: true }).click();
  await both(page, 'studies-menu');
  await page.keyboard.press('Escape');
  await page.getByRole('main').getByRole('button', { name: 'Trash', exact: true }).click();
  await both(page, 'trash');
  await go(page, '#/studies/new');
  await both(page, 'new-study');
  await go(page, '#/studies/new?template=quickstart');
  await page.getByText('Ready to start').waitFor();
  await page.getByRole('region', { name: 'What this study looks at' }).getByText('MACs').first().waitFor();
  await both(page, 'editor');
  const file = page.getByRole('textbox', { name: 'Study file' });
  await file.fill((await file.inputValue()).replace('elasticvit-mini', 'elasticvit-mega').replace('steps: 500', 'steps: many'));
  await page.getByRole('list', { name: 'Problems' }).waitFor();
  await both(page, 'editor-problems');
  await page.keyboard.press('Control+z');
}

async function frontsOf(page: Page, study: string, name: string): Promise<void> {
  await go(page, `#/study/${encodeURIComponent(study)}/fronts`);
  await page.getByRole('application').first().waitFor();
  await both(page, name);
  await page.getByRole('button', { name: 'All devices in one chart' }).click();
  await both(page, `${name}-overlaid`);
  await page.getByRole('button', { name: 'A chart for each device' }).click();
  await page.getByRole('tab', { name: 'Dimensions' }).click();
  await both(page, `${name}-dimensions`);
  await page.getByRole('tab', { name: 'Hypervolume' }).click();
  await both(page, `${name}-hypervolume`);
  await page.getByRole('tab', { name: 'Fronts' }).first().click();
}

async function architectureOf(page: Page, study: string): Promise<void> {
  await go(page, `#/study/${encodeURIComponent(study)}/architecture`);
  await page.getByRole('region', { name: 'On the fronts' }).waitFor();
  await both(page, 'architecture-choose');
  await page.getByRole('region', { name: 'On the fronts' }).getByRole('button').last().click();
  await page.getByRole('region', { name: 'Totals' }).waitFor();
  await both(page, 'architecture');
  await page.getByRole('button', { name: 'Export ONNX…' }).click();
  await both(page, 'export');
  await page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByRole('dialog').getByText(/^Verified: /).waitFor({ timeout: 120_000 });
  await both(page, 'exported');
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  const other = await page.evaluate(() => location.hash);
  await go(page, `${other}?against=small`);
  await page.getByRole('tab', { name: /^Differences/ }).click();
  await both(page, 'architecture-diff');
  await go(page, '#/architecture?space=elasticvit&arch=S2');
  await page.getByRole('region', { name: 'Totals' }).waitFor();
  await both(page, 'architecture-elasticvit');
}

async function scores(page: Page): Promise<void> {
  await go(page, '#/correlation');
  await page.getByRole('checkbox', { name: 'Mixing capacity' }).waitFor();
  await both(page, 'scores-empty');
  await page.getByRole('main').getByRole('textbox', { name: 'File', exact: true }).fill(join(repository, 'examples/published-accuracies.json'));
  await page.getByRole('main').getByRole('button', { name: 'Compare', exact: true }).click();
  await page.getByRole('region', { name: 'Table of agreement' }).waitFor({ timeout: 120_000 });
  await both(page, 'scores');
}

async function trainingsAndTransfers(page: Page, study: string): Promise<void> {
  await go(page, '#/trainings/new');
  await both(page, 'new-training');
  await go(page, `#/trainings/new?study=${encodeURIComponent(study)}`);
  await page.getByText('Ready to start').waitFor();
  await page.getByRole('region', { name: 'What this training costs' }).getByText('MACs', { exact: true }).waitFor();
  await both(page, 'training-form');
  await go(page, `#/transfers/new?template=painted&study=${encodeURIComponent(study)}`);
  await page.getByText('Ready to start').waitFor();
  await page.getByRole('region', { name: 'What this transfer trains' }).getByRole('table').waitFor();
  await both(page, 'transfer-form');
  await go(page, '#/transfers');
  await both(page, 'transfers-empty');
}

async function everythingElse(page: Page): Promise<void> {
  await go(page, '#/devices');
  await page.getByText('Google Pixel 6').first().waitFor();
  await both(page, 'devices');
  await go(page, '#/settings');
  // Whether each engine works is found out by trying.
  await page.getByText('ort', { exact: true }).first().waitFor({ timeout: 60_000 });
  await both(page, 'settings');
  await go(page, '#/help');
  await both(page, 'help');
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  await both(page, 'palette');
  await page.keyboard.type('thm');
  await both(page, 'palette-typed');
  await page.keyboard.press('Escape');
  await go(page, '#/nowhere');
  await both(page, 'not-found');
}

async function finishedRun(page: Page, study: string, longStudy: string): Promise<void> {
  await go(page, `#/study/${encodeURIComponent(longStudy)}/run`);
  await page.getByRole('tab', { name: 'Sampling' }).click();
  await both(page, 'run-sampling');
  await page.getByRole('tab', { name: /^Gradient conflict/ }).click();
  await both(page, 'run-conflict');
  await go(page, `#/study/${encodeURIComponent(study)}/run`);
  await both(page, 'run-finished');
  await page.getByRole('tab', { name: /^Training/ }).click();
  await both(page, 'run-finished-training');
  await go(page, `#/study/${encodeURIComponent(study)}/edit`);
  await both(page, 'study-settings');
}

/** Training, a search and a crash, as they happen. */
async function liveRuns(page: Page, serve: Awaited<ReturnType<typeof startServe>>): Promise<void> {
  await go(page, `#/study/${encodeURIComponent(await idOf(page, 'searching'))}/run`);
  await both(page, 'run-interrupted');
  await page.getByRole('main').getByRole('button', { name: 'Resume', exact: true }).click();
  await page.getByRole('region', { name: 'Evaluated accuracy' }).waitFor({ timeout: 300_000 });
  await both(page, 'run-search');
  await page.getByRole('main').getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByText(/^Paused\./).waitFor();
  await both(page, 'run-paused');
  await page.getByRole('main').getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByRole('main').getByRole('button', { name: 'Resume', exact: true }).waitFor({ timeout: 60_000 });
  await go(page, '#/studies/new?template=quickstart');
  await page.getByText('Ready to start').waitFor();
  await page.getByRole('region', { name: 'Basics' }).getByLabel('Name').fill('live');
  await page.getByRole('region', { name: 'Basics' }).getByLabel('Seed', { exact: true }).click();
  await page.getByRole('main').getByRole('button', { name: 'Create and start' }).click();
  await page.getByRole('list', { name: 'Phases' }).getByText(/^(3\d|[4-9]\d) of 500 steps/).waitFor({ timeout: 300_000 });
  await both(page, 'run-training');
  await go(page, '#/studies');
  await both(page, 'studies-running');
  process.kill(serve.computeProcesses()[0], 'SIGKILL');
  await go(page, `#/study/${encodeURIComponent(await idOf(page, 'live'))}/run`);
  await page.getByText('The run has crashed').waitFor();
  await both(page, 'run-crashed');
}

async function wide(page: Page, suffix: string, ids: { readonly first: string; readonly second: string }): Promise<void> {
  const [first, second] = [ids.first, ids.second].map(encodeURIComponent);
  for (const [name, hash] of [
    ['studies', '#/studies'], ['editor', '#/studies/new?template=quickstart'], ['run', `#/study/${first}/run`], ['fronts', `#/study/${first}/fronts`],
    ['compare', `#/compare?studies=${first},${second}`], ['architecture', `#/study/${first}/architecture/small`], ['devices', '#/devices'],
  ]) {
    await go(page, hash);
    await both(page, `${suffix}-${name}`);
  }
}

mkdirSync(out, { recursive: true });
mkdirSync(library);
const settings = join(folder, 'settings.json');
const browser = await launchBrowser();
const cores: Awaited<ReturnType<typeof startServe>>[] = [];
const troubles: string[] = [];
const wants = (name: string): boolean => values.only === '' || name.split(' ').some((word) => values.only.startsWith(word));
try {
  const empty = await startServe({ library: join(folder, 'empty'), settings });
  cores.push(empty);
  if (wants('studies')) {
    const { page } = await openWindow(browser, empty.url);
    await page.getByRole('button', { name: 'Open the quickstart' }).waitFor();
    await both(page, 'studies-empty');
    await page.context().close();
  }
  const [first, second = copyOf(first, 'again')] = await realStudies();
  copyOf(first, 'tagged');
  trainedOnly(first, 'searching');
  truncateSync(join(copyOf(first, 'damaged'), 'study.json'), 20);
  await writeLargeStudy(join(library, 'large'), { evaluations: 200_000, trainingSteps: 2000 });
  await writeMadeUpDevices(library);
  const serve = await startServe({ library, settings });
  cores.push(serve);
  const { page, complaints } = await openWindow(browser, serve.url);
  const ids = { first: await idOf(page, basename(first)), second: await idOf(page, basename(second)), large: await idOf(page, 'large') };
  const parts: readonly (readonly [words: string, run: () => Promise<void>])[] = [
    ['studies editor trash new', () => studiesAndEditor(page)],
    ['fronts', () => frontsOf(page, ids.first, 'fronts')],
    ['fronts', () => frontsOf(page, ids.large, 'fronts-200000')],
    ['compare', async () => {
      await go(page, `#/compare?studies=${encodeURIComponent(ids.first)},${encodeURIComponent(ids.second)}`);
      await page.getByRole('region', { name: 'Numbers by study' }).waitFor();
      await both(page, 'compare');
      await go(page, '#/compare');
      await both(page, 'compare-empty');
    }],
    ['architecture export', () => architectureOf(page, ids.first)],
    ['scores', () => scores(page)],
    ['devices', () => walkDevices(page, (hash) => go(page, hash), (name) => both(page, name))],
    ['new-training training-form transfer-form transfers', () => trainingsAndTransfers(page, ids.first)],
    ['devices settings help palette not-found', () => everythingElse(page)],
    ['run', () => finishedRun(page, ids.first, ids.large)],
    ['4k', async () => {
      for (const [suffix, options] of [['4k', { width: 3840, height: 2160 }], ['4k-200', { width: 1920, height: 1080, deviceScaleFactor: 2 }]] as const) {
        const opened = await openWindow(browser, serve.url, options);
        await wide(opened.page, suffix, ids);
        complaints.push(...opened.complaints);
        await opened.page.context().close();
      }
    }],
    ['run', () => liveRuns(page, serve)],
  ];
  for (const [words, part] of parts) {
    if (!wants(words)) continue;
    try {
      await part();
    } catch (error) {
      // The other pictures are of use all the same.
      troubles.push(`${words}: ${error instanceof Error ? error.message : String(error)}`);
      await page.keyboard.press('Escape');
    }
  }
  troubles.push(...complaints);
} finally {
  await browser.close();
  for (const core of cores) await core.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.stderr.write(`${taken} pictures in ${out}\n`);
if (troubles.length > 0) {
  process.stderr.write(`${troubles.join('\n')}\n`);
  process.exitCode = 1;
}
