/**
 * How long a study of 200,000 evaluated architectures takes to open in a real browser, in front of a real core:
 * `node --import tsx test/bench/openLarge.ts [evaluations] [rounds]`. Each round is a new window, once with the core's
 * index of the study and once without it; from the navigation to charts that have drawn every point.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { launchBrowser, openWindow } from '../e2e/window/harness/browser.ts';
import { startServe } from '../e2e/window/harness/serve.ts';
import { writeLargeStudy } from '../study/largeStudy.ts';

const evaluations = Number(process.argv[2] ?? 200_000);
const rounds = Number(process.argv[3] ?? 3);
const folder = mkdtempSync(join(tmpdir(), 'pocketformer-open-'));
const library = join(folder, 'studies');
mkdirSync(library);
await writeLargeStudy(join(library, 'large'), { evaluations });
const browser = await launchBrowser();

/** Opens the fronts of the only study; milliseconds until every point is drawn, and the window's memory then. */
async function open(url: string): Promise<{ drawnMs: number; heapMiB: number }> {
  const { page } = await openWindow(browser, url);
  const link = page.getByRole('grid', { name: 'Studies' }).getByText('large', { exact: true });
  const hash = await link.getAttribute('href');
  // A page of its own: what is measured is opening the address of a study, with nothing loaded before.
  await page.goto('about:blank');
  const started = performance.now();
  await page.goto(`${url.split('#')[0]}${hash ?? ''}`);
  await page.getByRole('application', { name: new RegExp(`${evaluations.toLocaleString('en-US')} architectures`) }).last().waitFor();
  // The picture of the points follows in the frame after the words.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  const drawnMs = performance.now() - started;
  const heapMiB = await page.evaluate<number>('performance.memory.usedJSHeapSize / 2 ** 20');
  await page.context().close();
  return { drawnMs, heapMiB };
}

for (const kind of ['without the index', 'with the index']) {
  for (let round = 0; round < rounds; round++) {
    if (kind === 'without the index') rmSync(join(library, 'large', 'cache'), { recursive: true, force: true });
    // A core that has not read the study yet.
    const serve = await startServe({ library, settings: join(folder, 'settings.json') });
    const { drawnMs, heapMiB } = await open(serve.url);
    console.log(`${evaluations.toLocaleString('en-US')} evaluations, ${kind}: drawn after ${Math.round(drawnMs)} ms, heap ${Math.round(heapMiB)} MiB`);
    await serve.stop();
  }
}
await browser.close();
rmSync(folder, { recursive: true, force: true });
