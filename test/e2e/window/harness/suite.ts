import { describe } from 'vitest';
import { chromiumPath } from './chromiumPath.ts';

/** A group of tests that need a browser; skipped, with the reason in its name, where there is none. */
export function describeInBrowser(name: string, tests: () => void): void {
  if (chromiumPath === undefined) describe.skip(`${name} (skipped: no Chromium on this machine; CHROMIUM_PATH can name one)`, tests);
  else describe(name, tests);
}
