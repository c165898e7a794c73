import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { writeLargeStudy } from '../../study/largeStudy.ts';
import { significant } from '../../../renderer/format/index.ts';
import { eventually, frontFacts, furtherSettings, panel, runExported, seriesOf, smallStudy, steps, stepsDone } from './harness/journey.ts';
import { openedWindow } from './harness/opened.ts';
import { dominatedArea, evaluatedOn, eventsOf, referenceOf, studyFolder } from './harness/studyFiles.ts';
import { describeInBrowser } from './harness/suite.ts';

/* The same way from an empty library to an exported model without a mouse, in the dark theme. Nothing is clicked. */

describeInBrowser('the workbench, with the keyboard alone', () => {
  const opened = openedWindow({
    colorScheme: 'dark', prepare: (library) => writeLargeStudy(join(library, 'other'), { evaluations: 400, batches: 5, trainingSteps: 100 }),
  });
  const press = (...keys: string[]) => keys.reduce((before, key) => before.then(() => opened.page.keyboard.press(key)), Promise.resolve());
  let study: string;

  /** Goes to a control as a person does, by Tab; it has to be reached before the focus comes round again. */
  async function tabTo(target: Locator, key = 'Tab'): Promise<void> {
    await target.waitFor();
    for (let presses = 0; presses < 200; presses++) {
      if (await target.evaluate((element) => element.contains(document.activeElement) && element === document.activeElement)) return;
      await press(key);
    }
    throw new Error(`Tab does not lead to ${String(target)}.`);
  }

  /** Finds an action by typing, and runs it. */
  async function runAction(words: string): Promise<void> {
    const { page } = opened;
    await press('Control+k');
    const palette = page.getByRole('dialog', { name: 'Search and run anything' });
    await palette.waitFor();
    await page.keyboard.type(words);
    await palette.getByRole('option').first().waitFor();
    await eventually(async () => expect(await palette.getByRole('option').first().getAttribute('data-highlighted')).not.toBeNull());
    await press('Enter');
    await palette.waitFor({ state: 'detached' });
  }

  async function replaceWith(text: string): Promise<void> {
    await press('Control+a');
    await opened.page.keyboard.type(text);
  }

  it('begins with a study from a template, which the form makes smaller', async () => {
    const { page } = opened;
    await page.getByRole('grid', { name: 'Studies' }).waitFor();
    await press('n');
    await page.getByRole('heading', { level: 1, name: 'New study' }).waitFor();
    await opened.expectAccessible();
    await tabTo(page.getByRole('button', { name: /^Quickstart/ }));
    await press('Enter');
    await page.getByText('Ready to start').waitFor();
    await tabTo(panel(page, 'Basics').getByLabel('Name'));
    await replaceWith('first');
    const fields = [...smallStudy, ...furtherSettings];
    for (const section of ['Data', 'Training', 'Search', 'Export']) {
      for (const [, field, value] of smallStudy.filter(([name]) => name === section)) {
        await tabTo(panel(page, section).getByLabel(field, { exact: true }));
        await replaceWith(value);
      }
      const further = furtherSettings.filter(([name]) => name === section);
      if (further.length === 0) continue;
      await tabTo(panel(page, section).locator('summary', { hasText: 'More settings' }));
      await press('Enter');
      // In the order of the form, which is not for this test to know.
      const inOrder = await panel(page, section).locator('details input').evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).labels?.[0]?.textContent ?? ''));
      for (const [, field, value] of further.toSorted((a, b) => inOrder.indexOf(a[1]) - inOrder.indexOf(b[1]))) {
        await tabTo(panel(page, section).getByLabel(field, { exact: true }));
        await replaceWith(value);
      }
    }
    await press('Tab');
    await eventually(async () => {
      const text = await page.getByRole('textbox', { name: 'Study file' }).inputValue();
      for (const [, , value] of fields) expect(text).toContain(`: ${value}`);
    });
    await page.getByText('Ready to start').waitFor();
    await opened.expectAccessible();
  });

  it('starts, pauses, continues, and resumes after the process was killed', async () => {
    const { page, serve } = opened;
    await press('Control+Enter');
    await page.getByRole('heading', { level: 2, name: 'first' }).waitFor();
    await eventually(async () => expect(await stepsDone(page)).toBeGreaterThan(3));
    study = studyFolder(opened.library, 'first');
    await press('Shift+P');
    await page.getByText('Paused. It keeps its memory and takes no processor time.').waitFor();
    await opened.expectAccessible();
    const paused = await stepsDone(page);
    // Time passes while the person looks at something else.
    await press('g', 'd');
    await page.getByText('Google Pixel 6').first().waitFor();
    await opened.expectAccessible();
    await press('g', 'r');
    await page.getByRole('heading', { level: 2, name: 'first' }).waitFor();
    await eventually(async () => expect(await stepsDone(page)).toBe(paused), 20_000);
    await press('Shift+P');
    await eventually(async () => expect(await stepsDone(page)).toBeGreaterThan(paused));
    process.kill(serve.computeProcesses()[0], 'SIGKILL');
    await page.getByText('The run has crashed').waitFor();
    await opened.expectAccessible();
    await press('Shift+R');
    await page.getByRole('button', { name: 'See the fronts' }).waitFor({ timeout: 180_000 });
    expect(eventsOf(study).filter(({ kind }) => kind === 'step')).toHaveLength(steps);
    await runAction('go to live run');
    expect((await seriesOf(page, 'Evaluated accuracy')).get('Evaluated')?.points).toBe(20);
  });

  it('moves a budget with the arrow keys: front, hypervolume and table follow', async () => {
    const { page } = opened;
    await press('g', 'f');
    await panel(page, 'pixel6').getByRole('application').waitFor();
    await opened.expectAccessible();
    const before = await frontFacts(page, 'pixel6');
    await tabTo(panel(page, 'pixel6').getByRole('slider', { name: 'Latency budget' }));
    for (let pages = 0; pages < 4; pages++) await press('PageDown');
    await press('ArrowRight', 'ArrowRight', 'ArrowLeft');
    const after = await frontFacts(page, 'pixel6');
    expect(after.budgetMs).toBeLessThan(before.budgetMs);
    const within = evaluatedOn(study, 'pixel6').filter(({ latencyMs }) => latencyMs <= after.budgetMs);
    expect(within.length).toBeGreaterThan(0);
    expect(after.hypervolume).toBe(significant(dominatedArea(within, referenceOf(study, 'pixel6')), 4));
    // All budgets at once, so that the table has to keep this one.
    await press('b');
    await page.getByRole('tab', { name: new RegExp(`^Within all budgets\\D*${within.length}$`) }).waitFor();
    await press('b');
    await runAction('reset the budgets');
    await eventually(async () => expect((await frontFacts(page, 'pixel6')).budgetMs).toBe(before.budgetMs));
  });

  it('exports an architecture of the table, and the file runs in ONNX Runtime', async () => {
    const { page } = opened;
    await tabTo(page.getByRole('grid', { name: 'Architectures' }));
    await press('ArrowDown', 'Enter');
    await page.getByRole('region', { name: 'Totals' }).waitFor();
    await opened.expectAccessible();
    await press('e');
    const dialog = page.getByRole('dialog', { name: /^Export .* to ONNX$/ });
    await tabTo(dialog.getByLabel('File name'));
    await replaceWith('by-keyboard.onnx');
    await press('Enter');
    await dialog.getByText(/^Verified: ONNX Runtime/).waitFor({ timeout: 120_000 });
    await opened.expectAccessible();
    expect(await runExported(join(study, 'models', 'by-keyboard.onnx'))).toMatchObject({ images: 3, finite: true });
    await press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('duplicates the study with another seed, and compares it with one that is there', async () => {
    const { page } = opened;
    await press('g', 's');
    const list = page.getByRole('grid', { name: 'Studies' });
    await tabTo(list);
    await press('d');
    await tabTo(panel(page, 'Basics').getByLabel('Name'));
    await replaceWith('second');
    await tabTo(panel(page, 'Basics').getByLabel('Seed', { exact: true }));
    await replaceWith('2');
    await press('Tab');
    await eventually(async () => expect(await page.getByRole('textbox', { name: 'Study file' }).inputValue()).toMatch(/name: second[^]*seed: 2/));
    await press('Control+s');
    await list.getByRole('row', { name: /second/ }).waitFor();
    // Of those that have results.
    await press('/');
    await page.keyboard.type('state:finished');
    await press('Enter');
    await eventually(async () => expect(await list.getAttribute('aria-rowcount')).toBe('3'));
    await tabTo(list);
    await press('Control+a', 'c');
    const numbers = page.getByRole('region', { name: 'Numbers by study' });
    await numbers.waitFor();
    for (const device of ['pixel6', 'pixel4']) {
      const both = [study, join(opened.library, 'other')];
      const references = both.map((directory) => referenceOf(directory, device));
      const reference = { latencyMs: Math.max(...references.map((one) => one.latencyMs)), accuracy: Math.min(...references.map((one) => one.accuracy)) };
      const [a, b] = both.map((directory) => dominatedArea(evaluatedOn(directory, device), reference));
      for (const volume of [a, b]) await numbers.getByRole('cell', { name: significant(volume, 4), exact: true }).first().waitFor();
      await numbers.getByRole('cell', { name: new RegExp(`^[+−]${significant(Math.abs(b - a)).replace('.', '\\.')} \\(`) }).first().waitFor();
    }
    await opened.expectAccessible();
  });
});
