import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { significant } from '../../../renderer/format/index.ts';
import { eventually, frontFacts, furtherSettings, main, panel, runExported, seriesOf, smallStudy, steps, stepsDone } from './harness/journey.ts';
import { openedWindow } from './harness/opened.ts';
import { dominatedArea, evaluatedOn, eventsOf, referenceOf, studyFolder } from './harness/studyFiles.ts';
import { describeInBrowser } from './harness/suite.ts';

/* A person's way from an empty library to an exported model, with the mouse, in the light theme. */

describeInBrowser('the workbench, with the mouse', () => {
  const opened = openedWindow({ colorScheme: 'light' });
  const button = (name: string | RegExp) => main(opened.page).getByRole('button', { name, exact: true });
  let study: string;

  it('begins with a study from a template, which the form makes smaller', async () => {
    const { page } = opened;
    await opened.expectAccessible();
    await button('Open the quickstart').click();
    for (const [section, field, value] of [['Basics', 'Name', 'first'], ...smallStudy]) {
      await panel(page, section).getByLabel(field, { exact: true }).fill(value);
    }
    for (const section of new Set(furtherSettings.map(([name]) => name))) await panel(page, section).getByText(/^More settings/).click();
    for (const [section, field, value] of furtherSettings) await panel(page, section).getByLabel(field, { exact: true }).fill(value);
    // Groups of settings are folded away each by itself.
    await panel(page, 'Training').getByText('Gradient conflict', { exact: true }).click();
    await panel(page, 'Training').getByLabel('Steps between measurements', { exact: true }).fill('30');
    await panel(page, 'Training').getByLabel('Images', { exact: true }).fill('4');
    // The last field is written when it is left.
    await panel(page, 'Basics').getByLabel('Name').click();
    await page.getByText('Ready to start').waitFor();
    // The text follows the form.
    await eventually(async () => expect(await page.getByRole('textbox', { name: 'Study file' }).inputValue()).toMatch(/name: first[^]*steps: 60[^]*checkpointEverySteps: 5[^]*everySteps: 30/));
    await opened.expectAccessible();
  });

  it('shows the run live: losses come in, progress grows', async () => {
    const { page } = opened;
    await button('Create and start').click();
    await page.getByRole('heading', { level: 2, name: 'first' }).waitFor();
    await eventually(async () => expect(await stepsDone(page)).toBeGreaterThan(5));
    study = studyFolder(opened.library, 'first');
    await eventually(async () => {
      const losses = [...(await seriesOf(page, 'Loss')).values()];
      expect(losses.length).toBeGreaterThan(0);
      expect(losses.map(({ last }) => Number(last)).every((loss) => loss > 0)).toBe(true);
    });
  });

  it('makes no progress while paused, and goes on', async () => {
    const { page } = opened;
    await button('Pause').click();
    await page.getByText('Paused. It keeps its memory and takes no processor time.').waitFor();
    const paused = await eventually(async () => {
      const done = await stepsDone(page);
      expect(eventsOf(study).filter(({ kind }) => kind === 'step').length).toBe(done);
      return done;
    });
    await opened.expectAccessible();
    const sizeBytes = statSync(join(study, 'events.ndjson')).size;
    // Time passes while the person looks at something else.
    await page.getByRole('link', { name: 'Devices' }).click();
    await page.getByText('Google Pixel 6').first().waitFor();
    await opened.expectAccessible();
    await page.getByRole('link', { name: 'Live run' }).click();
    await eventually(async () => expect(await stepsDone(page)).toBe(paused), 20_000);
    expect(statSync(join(study, 'events.ndjson')).size).toBe(sizeBytes);
    expect(paused).toBeLessThan(steps);
    await button('Continue').click();
    await eventually(async () => expect(await stepsDone(page)).toBeGreaterThan(paused));
  });

  it('tells of a process that was killed, and resumes it', async () => {
    const { page, serve } = opened;
    const processes = serve.computeProcesses();
    expect(processes).toHaveLength(1);
    process.kill(processes[0], 'SIGKILL');
    await page.getByText('The run has crashed').waitFor();
    await page.getByText(/Nothing that was saved is lost/).first().waitFor();
    await opened.expectAccessible();
    await main(page).getByRole('button', { name: 'Resume', exact: true }).first().click();
    await eventually(async () => expect(await page.getByText('The run has crashed').count()).toBe(0));
    await eventually(() => expect(serve.computeProcesses()).toHaveLength(1));
  });

  it('loses nothing when the page is loaded again in the middle of the run', async () => {
    const { page } = opened;
    await eventually(async () => expect(await stepsDone(page)).toBeGreaterThan(1));
    await page.reload();
    await page.getByRole('heading', { level: 2, name: 'first' }).waitFor();
    await button('See the fronts').waitFor({ timeout: 180_000 });
    // One training run, whatever happened to process and page: every step once, and all of them in the charts.
    const written = eventsOf(study).filter((event) => event.kind === 'step').map((event) => (event.kind === 'step' ? event.step : 0));
    expect(written).toEqual(Array.from({ length: steps }, (_, i) => i + 1));
    await page.getByRole('tab', { name: /^Training/ }).click();
    await eventually(async () => expect(Math.max(...[...(await seriesOf(page, 'Loss')).values()].map(({ points }) => points))).toBe(steps));
    await opened.expectAccessible();
  });

  it('shows which sizes the steps came from, and how well their gradients agreed', async () => {
    const { page } = opened;
    const events = eventsOf(study);
    await page.getByRole('tab', { name: 'Sampling' }).click();
    const rows = page.getByRole('table', { name: /^Buckets, / }).getByRole('row');
    const stepsOf = async () => (await rows.getByRole('cell').and(page.locator('td:nth-child(2)')).allTextContents()).map(Number);
    const written = events.flatMap((event) => (event.kind === 'step' ? [event.metrics?.bucket] : []));
    await eventually(async () => expect(await stepsOf()).toEqual(Array.from({ length: 8 }, (_, bucket) => written.filter((one) => one === bucket).length)));
    await opened.expectAccessible();
    await page.getByRole('tab', { name: /^Gradient conflict/ }).click();
    const measured = events.flatMap((event) => (event.kind === 'conflict' ? [event] : []));
    expect(measured.map(({ step }) => step)).toEqual([1, 30, 60]);
    const cells = page.getByRole('table', { name: /^Cosine of gradients at step/ }).getByRole('cell');
    const shown = async () => (await cells.allTextContents()).map((text) => Number(text.replace('−', '-')));
    const rounded = (index: number) => measured[index].cosine.flat().map((value) => Number(value!.toFixed(2)) || 0);
    await eventually(async () => expect(await shown()).toEqual(rounded(2)));
    await opened.expectAccessible();
    await page.getByRole('slider', { name: 'Measurement' }).fill('0');
    await eventually(async () => expect(await shown()).toEqual(rounded(0)));
  });

  it('shows for each device what was evaluated and the front', async () => {
    const { page } = opened;
    await button('See the fronts').click();
    for (const device of ['pixel6', 'pixel4']) {
      const evaluated = evaluatedOn(study, device);
      expect(evaluated.length).toBe(20);
      const chart = panel(page, device).getByRole('application');
      await eventually(async () => expect(await chart.getAttribute('aria-label')).toContain('20 architectures'));
      const front = evaluated.filter((one) => !evaluated.some((other) => other.latencyMs <= one.latencyMs && other.accuracy >= one.accuracy
        && (other.latencyMs < one.latencyMs || other.accuracy > one.accuracy)));
      const facts = await frontFacts(page, device);
      expect(facts.onFront).toBe(front.length);
      expect(facts.hypervolume).toBe(significant(dominatedArea(evaluated, referenceOf(study, device)), 4));
    }
    await opened.expectAccessible();
  });

  it('takes a dragged budget into front, hypervolume and table at once', async () => {
    const { page } = opened;
    const before = await frontFacts(page, 'pixel6');
    const line = panel(page, 'pixel6').getByRole('slider', { name: 'Latency budget' });
    const box = (await line.boundingBox())!;
    const chart = (await panel(page, 'pixel6').getByRole('application').boundingBox())!;
    // The line's label is its handle.
    const y = box.y + 8;
    await page.mouse.move(box.x + box.width / 2, y);
    await page.mouse.down();
    await page.mouse.move(chart.x + chart.width * 0.4, y, { steps: 12 });
    await page.mouse.up();
    const after = await frontFacts(page, 'pixel6');
    expect(after.budgetMs).toBeLessThan(before.budgetMs);
    const within = evaluatedOn(study, 'pixel6').filter(({ latencyMs }) => latencyMs <= after.budgetMs);
    expect(within.length).toBeLessThan(20);
    expect(after.hypervolume).toBe(significant(dominatedArea(within, referenceOf(study, 'pixel6')), 4));
    await page.getByRole('tab', { name: /^Within a budget/ }).click();
    // In the table: within the budget of this device or within the other's, which keeps all.
    expect((await frontFacts(page, 'pixel6')).listed).toBe(20);
    await page.getByRole('switch', { name: 'All budgets at once' }).click();
    await page.getByRole('tab', { name: new RegExp(`^Within all budgets\\D*${within.length}$`) }).waitFor();
    await eventually(async () => expect(await page.getByRole('grid', { name: 'Architectures' }).getAttribute('aria-rowcount')).toBe(String(within.length + 1)));
    await page.getByRole('switch', { name: 'All budgets at once' }).click();
    await main(page).getByRole('button', { name: 'Reset the budgets' }).click();
  });

  it('exports an architecture of the front, and the file runs in ONNX Runtime', async () => {
    const { page } = opened;
    await panel(page, 'pixel6').getByTitle('The architecture of best accuracy within the budget').click();
    await page.getByRole('region', { name: 'Totals' }).waitFor();
    await opened.expectAccessible();
    await button('Export ONNX…').click();
    const dialog = page.getByRole('dialog', { name: /^Export .* to ONNX$/ });
    await dialog.getByLabel('File name').fill('best.onnx');
    await opened.expectAccessible();
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByText(/^Verified: ONNX Runtime/).waitFor({ timeout: 120_000 });
    await opened.expectAccessible();
    const path = (await dialog.getByText(/best\.onnx$/).first().textContent())!.trim();
    const classes = (JSON.parse(readFileSync(join(study, 'results', 'summary.json'), 'utf8')) as { data: { classes: string[] } }).data.classes.length;
    const ran = await runExported(path);
    expect(ran).toMatchObject({ images: 3, classes, finite: true });
    const download = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Download', exact: true }).last().click();
    expect(readFileSync(await (await download).path())).toEqual(readFileSync(path));
    await dialog.getByRole('button', { name: 'Done' }).click();
  });

  it('hands it over as a PyTorch program in the folder of the study', async () => {
    const { page } = opened;
    await button('PyTorch').click();
    await page.getByText('Handed over', { exact: true }).waitFor({ timeout: 120_000 });
    const [id] = readdirSync(join(study, 'handoff'));
    expect(readdirSync(join(study, 'handoff', id))).toEqual(expect.arrayContaining(['model.py', 'weights.safetensors', 'train.py', 'README.md']));
  });

  it('makes a second study of the first with another seed, and shows how their hypervolumes differ', async () => {
    const { page } = opened;
    await page.getByRole('link', { name: 'Studies', exact: true }).first().click();
    await button('More for first').click();
    await page.getByRole('menuitem', { name: /^Duplicate and change/ }).click();
    await panel(page, 'Basics').getByLabel('Name').fill('second');
    await panel(page, 'Basics').getByLabel('Seed', { exact: true }).fill('2');
    // Shorter, because nothing here looks at how it learns.
    await panel(page, 'Training').getByLabel('Steps', { exact: true }).fill('16');
    await panel(page, 'Basics').getByLabel('Name').click();
    await eventually(async () => expect(await page.getByRole('textbox', { name: 'Study file' }).inputValue()).toMatch(/name: second[^]*seed: 2/));
    await button('Create and start').click();
    await page.getByRole('heading', { level: 2, name: 'second' }).waitFor();
    await button('See the fronts').waitFor({ timeout: 180_000 });
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Studies', exact: true }).click();
    const rows = page.getByRole('grid', { name: 'Studies' });
    await rows.getByRole('row', { name: /first/ }).getByText('Finished').click();
    await rows.getByRole('row', { name: /second/ }).getByText('Finished').click({ modifiers: ['Control'] });
    await page.getByRole('toolbar', { name: 'Chosen studies' }).getByRole('button', { name: 'Compare fronts' }).click();
    const table = page.getByRole('region', { name: 'Numbers by study' }).getByRole('table');
    const second = studyFolder(opened.library, 'second');
    for (const device of ['pixel6', 'pixel4']) {
      // One reference point for both, as the table says: the larger latency and the smaller accuracy.
      const references = [study, second].map((directory) => referenceOf(directory, device));
      const reference = { latencyMs: Math.max(...references.map((one) => one.latencyMs)), accuracy: Math.min(...references.map((one) => one.accuracy)) };
      const [a, b] = [study, second].map((directory) => dominatedArea(evaluatedOn(directory, device), reference));
      await table.getByRole('cell', { name: significant(a, 4), exact: true }).first().waitFor();
      await table.getByRole('cell', { name: significant(b, 4), exact: true }).first().waitFor();
      await table.getByRole('cell', { name: new RegExp(`^[+−]${significant(Math.abs(b - a)).replace('.', '\\.')} \\(`) }).first().waitFor();
    }
    await opened.expectAccessible();
  });
});
