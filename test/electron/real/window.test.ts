import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright-core';
import type { ElectronApplication, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findElectron } from '../../../electron/electronProgram.js';

const top = fileURLToPath(new URL('../../../', import.meta.url));
const program = findElectron();

if (program === undefined) {
  describe('the desktop app in a real Electron', () => {
    it.skip('skipped: there is no Electron here (run "npx install-electron" or set ELECTRON_OVERRIDE_DIST_PATH)', () => undefined);
  });
} else {
  describe('the desktop app in a real Electron', () => {
    let folder: string;
    let app: ElectronApplication;
    let page: Page;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'desktop-'));
      execFileSync(process.execPath, [join(top, 'electron', 'build', 'compile.js')]);
      execFileSync(process.execPath, [join(top, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--config', 'renderer/vite.config.ts'], { cwd: top });
      const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
      app = await _electron.launch({
        executablePath: program, cwd: folder, args: [...sandbox, join(top, 'dist', 'app', 'electron', 'main.js'), `--user-data-dir=${folder}`],
        env: { ...process.env as Record<string, string>, POCKETFORMER_NODE: process.execPath, XDG_CONFIG_HOME: folder, APPDATA: folder },
      });
      page = await app.firstWindow();
    });
    afterAll(async () => {
      await app?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it('shows the window from its own scheme, without Node in the page', async () => {
      expect(page.url()).toMatch(/^app:\/\/pocketformer\//);
      expect(await page.evaluate(() => [typeof (globalThis as { require?: unknown }).require, typeof (globalThis as { process?: unknown }).process]))
        .toEqual(['undefined', 'undefined']);
      await page.getByRole('navigation').first().waitFor();
    });

    it('reaches the core through its port', async () => {
      // Lists come from the core alone.
      await expect.poll(() => page.getByText(/stud(y|ies)/i).count(), { timeout: 60_000 }).toBeGreaterThan(0);
      expect(await page.getByText('The core does not answer').count()).toBe(0);
    });

    it('lets no page leave', async () => {
      await page.evaluate('location.href = "https://example.org/"').catch(() => undefined);
      expect(page.url()).toMatch(/^app:\/\/pocketformer\//);
      expect(await page.evaluate('window.open("https://example.org/") === null')).toBe(true);
    });
  });
}
