import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseTrainingFile } from '../../../core/study/networkTraining/trainingFile.ts';
import { createTraining } from '../../../core/study/networkTraining/trainingFolder.ts';
import { main } from './harness/journey.ts';
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
});
