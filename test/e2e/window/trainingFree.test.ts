import { expect, it } from 'vitest';
import { eventually, frontFacts, main, panel } from './harness/journey.ts';
import { openedWindow } from './harness/opened.ts';
import { eventsOf, studyFolder } from './harness/studyFiles.ts';
import { describeInBrowser } from './harness/suite.ts';

/* A study that trains nothing: from its template to its fronts and an export. */

const drawn = 80;

describeInBrowser('a study without training, in the window', () => {
  const opened = openedWindow();
  const button = (name: string | RegExp) => main(opened.page).getByRole('button', { name, exact: true });

  it('begins with a template that has scoring in the place of images and training', async () => {
    const { page } = opened;
    await page.evaluate(() => { location.hash = '#/studies/new?template=training-free'; });
    await page.getByText('Ready to start').waitFor();
    for (const section of ['Data', 'Training']) expect(await panel(page, section).count()).toBe(0);
    const text = page.getByRole('textbox', { name: 'Study file' });
    await text.fill((await text.inputValue()).replace('autoformer-tiny', 'elasticvit-mini').replace('proxy: dss', 'proxy: mlp-ratios'));
    await panel(page, 'Search').getByLabel('Architectures drawn', { exact: true }).fill(String(drawn));
    await panel(page, 'Basics').getByLabel('Name').click();
    await eventually(async () => expect(await text.inputValue()).toMatch(/proxy: mlp-ratios[^]*evaluations: 80\n/));
    await page.getByText('Ready to start').waitFor();
    await opened.expectAccessible();
  });

  it('changes into one that trains and back, with what it said before', async () => {
    const { page } = opened;
    const text = page.getByRole('textbox', { name: 'Study file' });
    await main(page).getByRole('tab', { name: 'Train a supernet' }).click();
    await panel(page, 'Training').waitFor();
    await eventually(async () => expect(await text.inputValue()).not.toContain('scoring:'));
    await main(page).getByRole('tab', { name: 'Score without training' }).click();
    await eventually(async () => expect(await text.inputValue()).toMatch(/scoring:\s+proxy: mlp-ratios/));
    await page.getByText('Ready to start').waitFor();
  });

  it('goes through the phases that it has, and no others', async () => {
    const { page } = opened;
    await button('Create and start').click();
    const phases = page.getByRole('list', { name: 'Phases' }).getByRole('listitem');
    await eventually(async () => expect((await phases.allTextContents()).map((words) => words.replace(/,.*/, ''))).toEqual(['Search', 'Export']));
    await panel(page, 'Sum of MLP ratios').waitFor();
    await page.getByText('Finished', { exact: true }).first().waitFor({ timeout: 120_000 });
    await opened.expectAccessible();
  });

  it('shows scores against latency, by the name of the score', async () => {
    const { page } = opened;
    await button('See the fronts').click();
    const chart = panel(page, 'pixel6').getByRole('application');
    await chart.waitFor();
    const points = eventsOf(studyFolder(opened.library, 'training-free')).flatMap((event) => (event.kind === 'evaluation'
      ? [{ score: event.score!, latencyMs: event.latencyMs!.pixel6! }] : []));
    expect(points).toHaveLength(drawn);
    const front = points.filter((one, i) => !points.some((other, j) => other.score >= one.score && other.latencyMs <= one.latencyMs
      && (other.score > one.score || other.latencyMs < one.latencyMs || j < i)));
    await eventually(async () => expect((await frontFacts(page, 'pixel6')).onFront).toBe(front.length));
    const best = Math.max(...points.map(({ score }) => score));
    expect(await chart.getAttribute('aria-label')).toContain(`best Sum of MLP ratios ${best}`);
    await page.getByRole('columnheader', { name: 'Sum of MLP ratios' }).waitFor();
    expect(await main(page).getByText('Accuracy').count()).toBe(0);
    // The phones were measured with blocks of the full space only.
    await panel(page, 'pixel6').getByTitle(/^pixel6: latencies are extrapolated/).waitFor();
    await opened.expectAccessible();
  });

  it('exports untrained weights, and says so', async () => {
    const { page } = opened;
    await page.getByRole('link', { name: 'Architecture' }).click();
    await panel(page, 'On the fronts').getByRole('button').last().click();
    await panel(page, 'Totals').getByText('without training').waitFor();
    await button('Export ONNX…').click();
    await page.getByRole('dialog').getByText(/so the weights are untrained/).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByRole('dialog').getByText(/^Verified: /).first().waitFor();
    await opened.expectAccessible();
  });
});
