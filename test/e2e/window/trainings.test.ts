import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseTrainingFile } from '../../../core/study/networkTraining/trainingFile.ts';
import { createTraining } from '../../../core/study/networkTraining/trainingFolder.ts';
import { main, panel } from './harness/journey.ts';
import { openedWindow } from './harness/opened.ts';
import { describeInBrowser } from './harness/suite.ts';

const text = `version: 1
name: small network
space: elasticvit-mini
arch: min
compute: { threads: 1 }
data: { kind: synthetic, trainImages: 60, valImages: 40 }
training: { epochs: 4, batchSize: 10 }
`;

describeInBrowser('trainings in the window', () => {
  const opened = openedWindow({
    prepare: async (library) => {
      const file = { settings: parseTrainingFile(text, 'small.yaml'), text, path: 'small.yaml', baseDir: library };
      (await createTraining(join(library, 'small'), file)).close();
    },
  });

  it('are reached by the keyboard, begun, and followed to what they come to', async () => {
    const { page } = opened;
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.getByRole('navigation', { name: 'Breadcrumb' }).getByText('Trainings').waitFor();
    await main(page).getByRole('heading', { name: 'small network' }).waitFor();
    await main(page).getByRole('button', { name: 'Start', exact: true }).click();
    await main(page).getByRole('button', { name: 'Pause', exact: true }).click({ timeout: 120_000 });
    await main(page).getByText('Paused').first().waitFor({ timeout: 120_000 });
    await main(page).getByRole('button', { name: 'Continue', exact: true }).click();
    await main(page).getByRole('heading', { name: 'What it came to' }).waitFor({ timeout: 120_000 });
    await main(page).getByText('Finished').first().waitFor();
    expect(await main(page).getByRole('button', { name: /^(Start|Resume|Stop|Pause|Continue)$/ }).count()).toBe(0);
  });

  it('show every validation image in the confusion matrix, and pictures of the mistakes', async () => {
    const { page } = opened;
    const matrix = main(page).getByRole('region', { name: 'Confusion matrix' });
    const counts = await matrix.getByRole('cell').allTextContents();
    expect(counts).toHaveLength(100);
    expect(counts.reduce((sum, count) => sum + Number(count), 0)).toBe(40);
    const mistakes = main(page).getByRole('region', { name: 'Surest mistakes' }).getByRole('img');
    await mistakes.first().waitFor();
    await page.waitForFunction(() => [...document.querySelectorAll<HTMLImageElement>('[aria-labelledby="training-wrong"] img')].every((image) => image.naturalWidth === 32));
    await opened.expectAccessible();
  });

  it('are written in a form, which says beside a field what is wrong with it', async () => {
    const { page } = opened;
    const part = (name: string) => panel(page, name);
    await page.keyboard.press('Shift+N');
    await main(page).getByRole('button', { name: /^Small network/ }).click();
    await part('Basics').getByLabel('Name').fill('by form');
    for (const [field, value] of [['Training images', '40'], ['Validation images', '20']]) await part('Images').getByLabel(field, { exact: true }).fill(value);
    for (const [field, value] of [['Epochs', '2'], ['Batch size', '10']]) await part('Recipe').getByLabel(field, { exact: true }).fill(value);
    const architecture = part('Network').getByLabel('Architecture', { exact: true });
    await part('Network').getByRole('tab', { name: 'By its choices' }).click();
    await architecture.fill('largest');
    await part('Network').getByText(/largest/).waitFor();
    await opened.expectAccessible();
    await architecture.fill('min');
    await part('Basics').getByLabel('Name').click();
    await page.getByText('Ready to start').waitFor();
    // Forty images in batches of ten, twice.
    await part('What this training costs').getByText('40, 4 steps an epoch').waitFor();
    expect(await page.getByRole('textbox', { name: 'Training file' }).inputValue()).toMatch(/name: by form[^]*arch: min[^]*epochs: 2/);
    await page.keyboard.press('Control+Enter');
    await main(page).getByRole('heading', { name: 'by form' }).waitFor();
    await main(page).getByRole('heading', { name: 'What it came to' }).waitFor({ timeout: 120_000 });
  });
});
