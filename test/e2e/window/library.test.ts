import { cpSync, existsSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeLargeStudy } from '../../study/largeStudy.ts';
import { eventually, main } from './harness/journey.ts';
import { openedWindow } from './harness/opened.ts';
import { describeInBrowser } from './harness/suite.ts';

/* What happens around runs, with studies that were not trained: their folders are written by the test. */

describeInBrowser('the library in the window', () => {
  const opened = openedWindow({
    // Tried in the last test: while there is no core, the browser itself says that it cannot connect.
    expected: [/WebSocket connection to .* failed/, /request failed: ws:/, /ERR_CONNECTION_REFUSED/],
    prepare: async (library) => {
      await writeLargeStudy(join(library, 'alpha'), { evaluations: 200, batches: 4, trainingSteps: 50 });
      cpSync(join(library, 'alpha'), join(library, 'damaged'), { recursive: true });
      const text = join(library, 'damaged', 'study.yaml');
      writeFileSync(text, readFileSync(text, 'utf8').replace('name: large', 'name: damaged'));
      truncateSync(join(library, 'damaged', 'study.json'), 15);
    },
  });
  const rows = () => opened.page.getByRole('grid', { name: 'Studies' });

  it('shows a damaged study as such, with what to do, beside one that is well', async () => {
    const { page } = opened;
    await rows().getByRole('row', { name: /large.*Finished/ }).waitFor();
    const damaged = rows().getByRole('row', { name: /damaged/ }).filter({ hasText: 'Damaged' });
    await damaged.getByText('Damaged', { exact: true }).click();
    await page.getByText(/Put the missing files back from a copy, or move the study to the trash/).waitFor();
    await opened.expectAccessible();
  });

  it('moves a study to the trash, and back with one click', async () => {
    const { page, library } = opened;
    await main(page).getByRole('button', { name: 'More for large', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Move to trash' }).click();
    await rows().getByRole('row', { name: /large/ }).waitFor({ state: 'detached' });
    await eventually(() => expect(existsSync(join(library, 'alpha'))).toBe(false));
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await rows().getByRole('row', { name: /large.*Finished/ }).waitFor();
    expect(readdirSync(join(library, 'alpha'))).toContain('events.ndjson');
  });

  it('packs a study into one file, and opens it as another study', async () => {
    const { page, library } = opened;
    await main(page).getByRole('button', { name: 'More for large', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Pack…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pack large' });
    await dialog.getByText(/Folders of images do not/).waitFor();
    await opened.expectAccessible();
    await dialog.getByRole('button', { name: 'Pack', exact: true }).click();
    await dialog.getByText(/\d+ files, .*pocketformer unpack/).waitFor();
    expect(existsSync(join(library, 'alpha.zip'))).toBe(true);
    await opened.expectAccessible();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await main(page).getByRole('button', { name: 'Open a packed study…' }).click();
    await page.getByRole('dialog', { name: 'Open a packed study' }).getByRole('button', { name: 'alpha.zip' }).click();
    await page.getByText('Opened large', { exact: true }).waitFor();
    await eventually(() => expect(readdirSync(join(library, 'large'))).toEqual(expect.arrayContaining(['archive.json', 'events.ndjson', 'study.json'])));
    for (const name of ['large', 'alpha.zip']) rmSync(join(library, name), { recursive: true });
    await page.evaluate(() => { location.hash = '#/studies'; });
    await rows().getByRole('row', { name: /large/ }).nth(1).waitFor({ state: 'detached' });
  });

  it('keeps in the trash what nobody took back, and restores it from there', async () => {
    const { page, library } = opened;
    await rows().getByText('Finished').first().click();
    await page.keyboard.press('Delete');
    await eventually(() => expect(existsSync(join(library, 'alpha'))).toBe(false));
    await main(page).getByRole('button', { name: 'Trash', exact: true }).click();
    const trash = page.getByRole('grid', { name: 'Studies in the trash' });
    await trash.getByText('large', { exact: true }).click();
    await opened.expectAccessible();
    await main(page).getByRole('button', { name: 'Restore', exact: true }).click();
    await page.getByText('The trash is empty').waitFor();
    await main(page).getByRole('button', { name: 'Back to studies' }).click();
    await rows().getByRole('row', { name: /large.*Finished/ }).waitFor();
  });

  it('finds and runs anything from the palette', async () => {
    const { page } = opened;
    const palette = page.getByRole('dialog', { name: 'Search and run anything' });
    for (const [words, heading] of [['go to devices', 'Devices'], ['settings', 'Settings']] as const) {
      await page.keyboard.press('Control+k');
      await page.keyboard.type(words);
      await palette.getByRole('option', { name: new RegExp(heading, 'i') }).first().waitFor();
      await opened.expectAccessible();
      await page.keyboard.press('Enter');
      await page.getByRole('navigation', { name: 'Breadcrumb' }).getByText(heading).waitFor();
    }
    await page.keyboard.press('Control+k');
    await page.keyboard.type('large');
    await palette.getByRole('option', { name: /large/ }).first().click();
    await page.getByRole('region', { name: 'pixel6', exact: true }).getByRole('application').waitFor();
  });

  it('changes its theme at once, and keeps it', async () => {
    const { page } = opened;
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.getByRole('button', { name: 'Theme' }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).or(page.getByRole('menuitem', { name: 'Dark' })).or(page.getByRole('menuitemcheckbox', { name: 'Dark' })).click();
    await eventually(async () => expect(await background()).not.toBe(light));
    const dark = await background();
    await opened.expectAccessible();
    await page.reload();
    await page.getByRole('region', { name: 'pixel6', exact: true }).getByRole('application').waitFor();
    expect(await background()).toBe(dark);
    await page.keyboard.press('Control+Shift+L');
  });

  it('teaches where there is nothing to show yet', async () => {
    const { page } = opened;
    for (const [hash, words] of [
      ['#/compare', 'Compare studies'], ['#/nowhere', 'There is nothing at this address'], ['#/study/nobody/run', 'This study cannot be shown'],
      ['#/study/nobody/fronts', 'This study’s fronts cannot be shown'], ['#/architecture', 'See an architecture, block by block'],
    ]) {
      await page.evaluate((next) => { location.hash = next; }, hash);
      await main(page).getByRole('heading', { name: new RegExp(words.replace('’', '.')) }).or(main(page).getByText(new RegExp(words.replace('’', '.')))).first().waitFor();
      await opened.expectAccessible();
    }
  });

  it('shows help and settings that everybody can read', async () => {
    const { page } = opened;
    for (const name of ['Settings', 'Help']) {
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }).click();
      await page.getByRole('navigation', { name: 'Breadcrumb' }).getByText(name).waitFor();
      await opened.expectAccessible();
    }
  });

  it('says when the core is gone and what helps, and has everything again at its new address', async () => {
    const { page } = opened;
    await page.evaluate(() => { location.hash = '#/studies'; });
    await rows().getByRole('row', { name: /large.*Finished/ }).waitFor();
    await opened.restart();
    const status = page.getByRole('banner').getByRole('status').filter({ hasText: /onnect/ });
    await status.waitFor();
    await page.getByRole('status').getByText('The core has stopped; studies that ran have saved their work.').waitFor();
    await page.goto('about:blank');
    await page.goto(opened.serve.url);
    await rows().getByRole('row', { name: /large.*Finished/ }).waitFor();
    expect(await status.count()).toBe(0);
  });
});
