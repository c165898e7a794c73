import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { chromiumPath } from './chromiumPath.ts';

export function launchBrowser(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('There is no Chromium on this machine; CHROMIUM_PATH can name one.');
  // Chromium's own sandbox needs kernel features that containers often lack; the pages are ours.
  return chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

export interface WindowOptions {
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  readonly deviceScaleFactor?: number;
  /** Messages of the console that belong to what is tried, such as a lost connection. */
  readonly expected?: readonly RegExp[];
}

export interface OpenedWindow {
  readonly page: Page;
  /** Errors and warnings of the console, exceptions, violations of the policy: what a person would report. */
  readonly complaints: string[];
}

/** Opens the workbench as a person does, with an ear on everything that goes wrong. */
export async function openWindow(browser: Browser, url: string, options: WindowOptions = {}): Promise<OpenedWindow> {
  const { colorScheme = 'light', width = 1280, height = 800, deviceScaleFactor = 1, expected = [] } = options;
  const context = await browser.newContext({
    viewport: { width, height }, colorScheme, deviceScaleFactor, reducedMotion: 'reduce', permissions: ['clipboard-read', 'clipboard-write'], acceptDownloads: true,
  });
  // Runs before the page's own scripts, whatever its policy says.
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) => {
      console.error(`Against the policy: ${effectiveDirective} ${blockedURI} (${sourceFile}:${lineNumber})`);
    });
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  const note = (text: string) => { if (!expected.some((pattern) => pattern.test(text))) complaints.push(text); };
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) note(`${message.type()}: ${message.text()}`); });
  page.on('pageerror', (error) => note(`exception: ${error.stack ?? error.message}`));
  page.on('requestfailed', (request) => note(`request failed: ${request.url()} ${request.failure()?.errorText ?? ''}`));
  await page.goto(url);
  return { page, complaints };
}
