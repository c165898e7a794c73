import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { main } from './harness/journey.ts';
import { openedWindow } from './harness/opened.ts';
import { describeInBrowser } from './harness/suite.ts';

/* Scores beside known accuracies, with the published networks that ship as an example. */

const example = fileURLToPath(new URL('../../../examples/published-accuracies.json', import.meta.url));

describeInBrowser('scores and accuracies in the window', () => {
  const opened = openedWindow({
    prepare: async (library) => {
      copyFileSync(example, join(library, 'published.json'));
      writeFileSync(join(library, 'broken.csv'), 'space,arch,imagenet\nelasticvit,T9,1\n');
    },
  });
  const table = () => opened.page.getByRole('region', { name: 'Table of agreement' });
  const file = () => main(opened.page).getByRole('textbox', { name: 'File', exact: true });

  it('is reached by the keyboard and says what it is for while there is nothing to show', async () => {
    const { page } = opened;
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.getByRole('navigation', { name: 'Breadcrumb' }).getByText('Scores').waitFor();
    await main(page).getByRole('heading', { name: 'Is a score worth anything?' }).waitFor();
    await main(page).getByRole('checkbox', { name: 'Mixing capacity' }).waitFor();
    await opened.expectAccessible();
  });

  it('chooses a file, compares, and tells in plain words what the scores are worth', async () => {
    const { page, library } = opened;
    await main(page).getByRole('button', { name: 'Choose… File', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Networks with measured accuracies' });
    await dialog.getByRole('textbox').fill(library);
    await dialog.getByRole('button', { name: 'Go', exact: true }).click();
    await dialog.getByRole('button', { name: 'published.json' }).click();
    expect(await file().inputValue()).toBe(join(library, 'published.json'));
    await main(page).getByRole('textbox', { name: 'Combinations' }).fill('params+depth');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+Enter');
    await main(page).getByText(/^On the mean over 4 data sets, Parameters \+ Depth \(tau [^)]*\) does not beat counting parameters/).waitFor({ timeout: 180_000 });
    // Of the four families' orders, MACs have no fault in ElasticViT's and As-ViT's.
    await table().getByRole('row', { name: /^MACs/ }).getByRole('cell', { name: '0.844' }).waitFor();
    expect(await table().getByRole('row').count()).toBe(7);
    await opened.expectAccessible();
  });

  it('shows one data set, and the points behind a score', async () => {
    const { page } = opened;
    await main(page).getByRole('combobox', { name: 'Data set' }).click();
    await page.getByRole('option', { name: /^ElasticViT/ }).click();
    await table().getByRole('row', { name: /^Mixing capacity/ }).getByRole('cell', { name: '1.000', exact: true }).first().waitFor();
    await table().getByRole('button', { name: 'Parameters', exact: true }).click();
    await page.getByRole('img', { name: 'Parameters against accuracy on ElasticViT, 9 networks' }).waitFor();
  });

  it('keeps what was found while other screens are looked at', async () => {
    const { page } = opened;
    await page.evaluate(() => { location.hash = '#/devices'; });
    await page.getByRole('navigation', { name: 'Breadcrumb' }).getByText('Devices').waitFor();
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Scores' }).click();
    await table().waitFor();
  });

  it('says what is wrong with a file, and where', async () => {
    const { page, library } = opened;
    await file().fill(join(library, 'broken.csv'));
    await main(page).getByRole('button', { name: 'Compare', exact: true }).click();
    await main(page).getByText(/broken\.csv:2: "T9" is no architecture of elasticvit/).waitFor({ timeout: 180_000 });
    await opened.expectAccessible();
  });
});
