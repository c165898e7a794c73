import { join } from 'node:path';
import { expect, it } from 'vitest';
import { smallStudyWithFronts } from '../../study/smallStudyWithFronts.ts';
import { eventually, main, panel } from './harness/journey.ts';
import { openedWindow } from './harness/opened.ts';
import { describeInBrowser } from './harness/suite.ts';

describeInBrowser('transfers in the window', () => {
  const opened = openedWindow({ prepare: async (library) => { await smallStudyWithFronts(join(library, 'small')); } });

  it('begin with the winners of the newest study, and tell what they cost', async () => {
    const { page } = opened;
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await main(page).getByRole('tab', { name: 'Transfers' }).click();
    await main(page).getByText('Nothing is transferred yet').waitFor();
    await opened.expectAccessible();
    await main(page).getByRole('button', { name: 'New transfer' }).first().click();
    await main(page).getByRole('button', { name: /^Painted/ }).click();
    const fields: readonly (readonly [string, string, string])[] = [
      ['Basics', 'Name', 'moved'], ['Basics', 'Seeds', '1'], ['What is transferred', 'Architectures per device', '2'],
      ['Images', 'Training images', '60'], ['Images', 'Validation images', '30'], ['Recipe', 'Epochs', '3'], ['Recipe', 'Batch size', '10'],
    ];
    for (const [section, field, value] of fields) await panel(page, section).getByLabel(field, { exact: true }).fill(value);
    await panel(page, 'Basics').getByLabel('Name').click();
    await page.getByText('Ready to start').waitFor();
    const estimate = panel(page, 'What this transfer trains');
    // Sixty images in batches of ten.
    await estimate.getByText('60, 6 steps an epoch').waitFor();
    expect(await estimate.getByRole('table', { name: 'Winners that are trained' }).getByRole('row').count()).toBe(3);
    await estimate.getByRole('button', { name: 'Estimate the time' }).click();
    await estimate.getByText(/in all on this machine/).waitFor({ timeout: 120_000 });
    await opened.expectAccessible();
  });

  it('are paused and gone on with, and end in a report of all trainings', async () => {
    const { page } = opened;
    await page.keyboard.press('Control+Enter');
    await main(page).getByRole('heading', { name: 'moved' }).waitFor();
    await main(page).getByRole('button', { name: 'Pause', exact: true }).click({ timeout: 120_000 });
    await main(page).getByText('Paused').first().waitFor({ timeout: 120_000 });
    await main(page).getByRole('button', { name: 'Continue', exact: true }).click();
    await main(page).getByText(/All \d+ trainings are finished/).waitFor({ timeout: 180_000 });
    await eventually(async () => expect(await main(page).getByRole('button', { name: /^(Start|Resume|Stop|Pause|Continue)$/ }).count()).toBe(0));
    await main(page).getByRole('region', { name: 'Networks on pixel4' }).getByRole('row').nth(2).waitFor();
    expect(await main(page).getByRole('grid', { name: 'Trainings of this transfer' }).getByText('Finished').count()).toBe(2);
    await opened.expectAccessible();
  });
});
