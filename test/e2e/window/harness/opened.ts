import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchBrowser, openWindow } from './browser.ts';
import type { OpenedWindow, WindowOptions } from './browser.ts';
import { seriousViolations } from './axe.ts';
import { startServe } from './serve.ts';
import type { Serve } from './serve.ts';

export interface Opened {
  readonly page: Page;
  readonly serve: Serve;
  readonly folder: string;
  readonly library: string;
  /** Ends the core and starts it again, on another port and with another token. */
  restart(): Promise<void>;
  /** axe finds nothing serious on what is shown now. */
  expectAccessible(): Promise<void>;
}

/** What the window showed when a test failed, for whoever has to find out why. */
async function keepPicture(page: Page, name: string): Promise<void> {
  const path = join(tmpdir(), 'pocketformer-window-failures', `${name.replace(/\W+/g, '-')}.png`);
  await page.screenshot({ path });
  console.log(`The window when "${name}" failed: ${path}`);
  console.log(await page.locator('body').ariaSnapshot());
}

/**
 * One window for the tests of a group, in front of a core of its own. After every test, nothing may have gone wrong in
 * the console, against the policy, or in the core.
 * @param prepare fills the library before the core starts
 */
export function openedWindow(options: WindowOptions & { prepare?: (library: string) => Promise<void> } = {}): Opened {
  let browser: Browser;
  let serve: Serve;
  let window: OpenedWindow;
  let folder: string;

  const starting = (library: string) => startServe({ library, settings: join(folder, 'settings.json') });
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pocketformer-window-'));
    const library = join(folder, 'studies');
    mkdirSync(library);
    await options.prepare?.(library);
    serve = await starting(library);
    browser = await launchBrowser();
    window = await openWindow(browser, serve.url, options);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await keepPicture(window.page, task.name);
    expect(window.complaints.splice(0)).toEqual([]);
    expect(serve.said()).not.toContain('A defect');
  });
  afterAll(async () => {
    await browser?.close();
    await serve?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    get page() { return window.page; },
    get serve() { return serve; },
    get folder() { return folder; },
    get library() { return serve.library; },
    async restart() {
      await serve.stop();
      serve = await starting(serve.library);
    },
    async expectAccessible() {
      expect(await seriousViolations(window.page)).toEqual([]);
    },
  };
}
