/**
 * Frame times of the front charts in a real browser: `node --import tsx test/bench/frontFrames.ts [points]`. Three
 * charts of 200,000 points each are zoomed by wheel, dragged, and given a moving budget and new points, at two window
 * sizes; an empty page under the same pointer events tells what the machine itself can do. Prints a table.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import type { Page } from 'playwright-core';

const configFile = fileURLToPath(new URL('../renderer/charts/harness/vite.config.ts', import.meta.url));
const executablePath = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const points = Number(process.argv[2] ?? 200_000);
const steps = 90;

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

function report(name: string, times: readonly number[]): void {
  const total = times.reduce((sum, time) => sum + time, 0);
  const cells = [quantile(times, 0.5), quantile(times, 0.95), (1000 * times.length) / total].map((value) => value.toFixed(1).padStart(8));
  console.log(`${name.padEnd(44)}${cells.join('')}`);
}

async function measure(page: Page, label: string, center: { x: number; y: number }): Promise<void> {
  for (const [name, move] of Object.entries(moves)) {
    await page.mouse.move(center.x, center.y);
    if (name === 'drag pan') {
      await page.mouse.wheel(0, -400);
      await page.waitForTimeout(200);
      await page.mouse.down();
    }
    report(`${label}, ${name}`, await frameTimes(page, async () => {
      for (let step = 0; step < steps; step += 1) await move(page, step, center);
    }));
    if (name === 'drag pan') await page.mouse.up();
    await page.keyboard.press('0');
    await page.waitForTimeout(150);
  }
}

await build({ configFile, logLevel: 'warn' });
const server = await preview({ configFile, preview: { port: 0, host: '127.0.0.1' } });
const origin = server.resolvedUrls?.local[0];
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
console.log(`${points} points a chart, three charts${' '.repeat(44 - 31 - String(points).length + 1)}  median     p95     fps`);
for (const viewport of [{ width: 1280, height: 800 }, { width: 3840, height: 2160 }]) {
  const size = `${viewport.width} x ${viewport.height}`;
  const center = { x: viewport.width / 6, y: viewport.height / 2 };
  for (const kind of ['empty', 'fronts']) {
    const page = await browser.newPage({ viewport });
    page.on('console', (message) => { if (message.type() === 'error') console.error(message.text()); });
    page.on('pageerror', (error) => console.error(error));
    await page.goto(`${origin}?page=${kind}&points=${points}`);
    await page.waitForTimeout(1500);
    await measure(page, `${size}, ${kind === 'empty' ? 'empty page' : 'charts'}`, center);
    if (kind === 'fronts') {
      const live = async (code: string): Promise<number[]> => await frameTimes(page, async () => { await page.evaluate(code); });
      report(`${size}, charts, budget moves`, await live(`new Promise((done) => { let i = 0; const next = () => {
        window.harness.budgets.value = [8 + 6 * Math.sin(i / 9), 4, 60]; i += 1; if (i < ${steps}) requestAnimationFrame(next); else done(); }; next(); })`));
      report(`${size}, charts, 10 updates/s of 200`, await live(`new Promise((done) => { let i = 0; window.harness.shown.value = ${points} - 4000;
        const timer = setInterval(() => { window.harness.shown.value += 200; if ((i += 1) === 20) { clearInterval(timer); done(); } }, 100); })`));
    }
    await page.close();
  }
}
await browser.close();
await server.close();
