import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Locator, Page } from 'playwright-core';
import { vi } from 'vitest';
import { Random } from '../../../../core/base/random.ts';

/** What both journeys, by mouse and by keyboard, enter and look at. */

export const steps = 60;
/** What makes the quickstart's study a small one: section of the form, field, value. */
export const smallStudy: readonly (readonly [section: string, field: string, value: string])[] = [
  ['Data', 'Training images', '240'], ['Data', 'Validation images', '100'],
  ['Training', 'Steps', String(steps)], ['Training', 'Batch size', '16'], ['Training', 'Warm-up steps', '5'],
  ['Search', 'Generations', '1'], ['Search', 'Initial population', '12'], ['Search', 'Parents', '6'],
  ['Search', 'Mutations', '4'], ['Search', 'Crossovers', '4'],
  ['Export', 'Architectures per device', '1'],
];
/** The same for fields that are folded away at first. */
export const furtherSettings: readonly (readonly [section: string, field: string, value: string])[] = [
  ['Training', 'Steps between checkpoints', '5'], ['Search', 'Evaluation images', '50'], ['Search', 'Calibration batches', '1'],
];

export const main = (page: Page): Locator => page.getByRole('main');
export const panel = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });

/** Waits until something holds; tests never wait for a time. */
export const eventually = <T>(look: () => T | Promise<T>, timeout = 120_000): Promise<T> => vi.waitFor(look, { timeout, interval: 50 });

/** The number of steps that the run says it has done; NaN while it says nothing of the kind. */
export async function stepsDone(page: Page): Promise<number> {
  const [text = ''] = await page.getByRole('list', { name: 'Phases' }).getByText(new RegExp(`^\\d+ of ${steps} steps`)).allTextContents();
  return Number.parseInt(text, 10);
}

/** What the table behind a chart of lines says of each series. */
export async function seriesOf(page: Page, chart: string): Promise<Map<string, { points: number; last: string }>> {
  const rows = await page.getByRole('table', { name: chart, exact: true }).getByRole('row').all();
  const cells = await Promise.all(rows.slice(1).map((row) => row.getByRole('cell').allTextContents()));
  const names = await Promise.all(rows.slice(1).map((row) => row.getByRole('rowheader').or(row.locator('th')).first().textContent()));
  return new Map(names.map((name, i) => [name ?? '', { points: Number(cells[i][0]), last: cells[i][3] }]));
}

export interface FrontFacts { readonly onFront: number; readonly hypervolume: string; readonly budgetMs: number; readonly listed: number }

/** What the screen of fronts says of one device. */
export async function frontFacts(page: Page, device: string): Promise<FrontFacts> {
  const region = panel(page, device);
  const onFront = await region.getByText(/^[\d,]+ on the front$/).textContent();
  const volume = await region.getByText(/^HV /).first().textContent();
  const listed = await page.getByRole('region', { name: 'Architectures', exact: true }).getByRole('tab', { name: /^Within a budget/ }).textContent();
  return {
    onFront: Number(onFront!.replace(/\D/g, '')), hypervolume: volume!.replace('HV', '').trim(),
    budgetMs: Number(await region.getByRole('slider', { name: 'Latency budget' }).getAttribute('aria-valuenow')),
    listed: Number(listed!.replace(/\D/g, '')),
  };
}

/** Loads an exported file in ONNX Runtime and shows it images of noise. */
export async function runExported(path: string): Promise<{ images: number; classes: number; finite: boolean; bytes: number }> {
  const session = await InferenceSession.create(path);
  const random = new Random(7);
  const [images, size] = [3, 32];
  const pixels = Float32Array.from({ length: images * 3 * size * size }, () => random.normal());
  const outputs = await session.run({ [session.inputNames[0]]: new Tensor('float32', pixels, [images, 3, size, size]) });
  const logits = outputs[session.outputNames[0]];
  const answer = { images: logits.dims[0], classes: logits.dims[1], finite: [...logits.data as Float32Array].every(Number.isFinite), bytes: readFileSync(path).length };
  await session.release();
  return answer;
}
