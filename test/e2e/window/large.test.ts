import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeLargeStudy } from '../../study/largeStudy.ts';
import { eventually, frontFacts, panel } from './harness/journey.ts';
import { openedWindow } from './harness/opened.ts';
import { describeInBrowser } from './harness/suite.ts';

/* How long it takes is printed, and measured with more care by test/bench/openLarge.ts. */

const evaluations = 200_000;

describeInBrowser('a study of 200,000 evaluated architectures', () => {
  const opened = openedWindow({ prepare: (library) => writeLargeStudy(join(library, 'large'), { evaluations }) });

  it('opens with every point known', async () => {
    const { page } = opened;
    await page.getByRole('grid', { name: 'Studies' }).getByText('large', { exact: true }).waitFor();
    const started = performance.now();
    await page.getByRole('grid', { name: 'Studies' }).getByText('large', { exact: true }).click();
    for (const device of ['pixel4', 'pixel6', 'xiaomi11']) {
      await panel(page, device).getByRole('application', { name: /200,000 architectures/ }).waitFor();
    }
    console.log(`200,000 evaluations were on the screen after ${Math.round(performance.now() - started)} ms.`);
    await page.getByRole('tab', { name: /^All\D*200,000$/ }).waitFor();
    await opened.expectAccessible();
  });

  it('follows a budget that is dragged', async () => {
    const { page } = opened;
    const before = await frontFacts(page, 'pixel4');
    const line = panel(page, 'pixel4').getByRole('slider', { name: /budget/i });
    const box = (await line.boundingBox())!;
    const chart = (await panel(page, 'pixel4').getByRole('application').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 8);
    await page.mouse.down();
    await page.mouse.move(chart.x + chart.width * 0.3, box.y + 8, { steps: 20 });
    await page.mouse.up();
    const after = await eventually(async () => {
      const facts = await frontFacts(page, 'pixel4');
      expect(facts.budgetMs).toBeLessThan(before.budgetMs / 2);
      return facts;
    });
    expect(after.onFront).toBeLessThan(before.onFront);
    expect(Number(after.hypervolume)).toBeLessThan(Number(before.hypervolume));
  });
});
