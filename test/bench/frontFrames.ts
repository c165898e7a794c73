/**
 * Frame times of the front charts in a real browser: `node --import tsx test/bench/frontFrames.ts [points] [runs]`.
 * Three charts of 200,000 points each are zoomed by wheel, dragged, pointed at, and given a dragged budget and new
 * points, at two window sizes. An empty page and the same charts without points under the same pointer events tell what
 * the machine and the page themselves can do. Of each measure the run with the most frames a second is printed, with
 * the least of all runs and the machine's load beside it: other work on the machine slows single runs.
 */
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import type { Page } from 'playwright-core';

const configFile = fileURLToPath(new URL('../renderer/charts/harness/vite.config.ts', import.meta.url));
const executablePath = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const points = Number(process.argv[2] ?? 200_000);
const runs = Number(process.argv[3] ?? 3);
const steps = 60;

type Move = (page: Page, step: number, center: { x: number; y: number }) => Promise<void>;

const moves: Record<string, Move> = {
  'wheel zoom': async (page, step) => { await page.mouse.wheel(0, step < steps / 2 ? -60 : 60); },
  'drag pan': async (page, step, { x, y }) => { await page.mouse.move(x + 60 * Math.sin(step / 8), y + 40 * Math.cos(step / 8)); },
  hover: async (page, step, { x, y }) => { await page.mouse.move(x + 60 * Math.sin(step / 8), y + 40 * Math.cos(step / 8)); },
};

/** Times between frames, in ms, while `action` runs. */
async function frameTimes(page: Page, action: () => Promise<void>): Promise<number[]> {
  await page.evaluate(`(() => {
    const times = [];
    let last = performance.now();
    let on = true;
    const tick = (now) => { times.push(now - last); last = now; if (on) requestAnimationFrame(tick); };
    requestAnimationFrame((now) => { last = now; requestAnimationFrame(tick); });
    window.stopFrames = () => { on = false; return times; };
  })()`);
  await action();
  return await page.evaluate('window.stopFrames()');
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

interface Measure {
  readonly median: number;
  readonly p95: number;
  readonly worst: number;
  readonly fps: number;
}

const measures = new Map<string, Measure[]>();

function record(name: string, times: readonly number[]): void {
  const total = times.reduce((sum, time) => sum + time, 0);
  const measure = { median: quantile(times, 0.5), p95: quantile(times, 0.95), worst: Math.max(...times), fps: (1000 * times.length) / total };
  measures.set(name, [...measures.get(name) ?? [], measure]);
}

async function measurePointer(page: Page, label: string, center: { x: number; y: number }): Promise<void> {
  for (const [name, move] of Object.entries(moves)) {
    await page.mouse.move(center.x, center.y);
    if (name === 'drag pan') {
      await page.mouse.wheel(0, -400);
      await page.waitForTimeout(200);
      await page.mouse.down();
    }
    record(`${label}, ${name}`, await frameTimes(page, async () => {
      for (let step = 0; step < steps; step += 1) await move(page, step, center);
    }));
    if (name === 'drag pan') await page.mouse.up();
    await page.keyboard.press('0');
    await page.waitForTimeout(250);
  }
}

async function measureBudget(page: Page, label: string): Promise<void> {
  const box = await page.locator('.budget .chip').first().boundingBox();
  if (box === null) throw new Error('The budget has no handle to drag.');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  record(`${label}, budget drag`, await frameTimes(page, async () => {
    for (let step = 0; step < steps; step += 1) await page.mouse.move(x + (page.viewportSize()?.width ?? 0) / 16 * Math.sin(step / 6), y);
  }));
  await page.mouse.move(x, y);
  await page.mouse.up();
}

async function measureLive(page: Page, label: string): Promise<void> {
  record(`${label}, 10 updates/s of 200`, await frameTimes(page, async () => {
    await page.evaluate(`new Promise((done) => { let i = 0; window.harness.shown.value = ${points} - 4000;
      const timer = setInterval(() => { window.harness.shown.value += 200; if ((i += 1) === 20) { clearInterval(timer); done(); } }, 100); })`);
  }));
}

await build({ configFile, logLevel: 'warn' });
const server = await preview({ configFile, preview: { port: 0, host: '127.0.0.1' } });
const origin = server.resolvedUrls?.local[0];
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const loads: number[] = [];
for (let run = 0; run < runs; run += 1) {
  loads.push(loadavg()[0]);
  for (const viewport of [{ width: 1280, height: 800 }, { width: 3840, height: 2160 }]) {
    const center = { x: viewport.width / 6, y: viewport.height / 2 };
    for (const kind of ['empty page', 'no points', 'charts']) {
      const label = `${viewport.width} x ${viewport.height}, ${kind}`;
      const page = await browser.newPage({ viewport });
      page.on('console', (message) => { if (message.type() === 'error') console.error(message.text()); });
      page.on('pageerror', (error) => console.error(error));
      await page.goto(`${origin}?page=${kind === 'empty page' ? 'empty' : 'fronts'}&points=${kind === 'charts' ? points : 0}`);
      await page.waitForTimeout(1500);
      await measurePointer(page, label, center);
      if (kind !== 'empty page') await measureBudget(page, label);
      if (kind === 'charts') await measureLive(page, label);
      await page.close();
    }
  }
}
await browser.close();
await server.close();

console.log(`${points} points a chart, three charts; best of ${runs} runs; load before each: ${loads.map((load) => load.toFixed(1)).join(', ')}`);
console.log(`${''.padEnd(48)}  median     p95   worst     fps   least fps`);
for (const [name, all] of measures) {
  const best = all.reduce((a, b) => (b.fps > a.fps ? b : a));
  const least = Math.min(...all.map(({ fps }) => fps));
  console.log(name.padEnd(48) + [best.median, best.p95, best.worst, best.fps].map((value) => value.toFixed(1).padStart(8)).join('') + least.toFixed(1).padStart(12));
}
