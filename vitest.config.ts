import { defineConfig } from 'vitest/config';

/** What starts and ends native engines itself, or replaces modules: each file in a process of its own. */
const isolated = ['test/engine/**/*.test.ts'];
const slow = ['test/e2e/**', 'test/electron/real/**'];

/** Fast unit tests beside slower end-to-end ones. Most files follow each other in one process: loading modules would take longer than many of them. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      { test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...slow, ...isolated], isolate: false, testTimeout: 60_000 } },
      { test: { name: 'engine', include: isolated, testTimeout: 60_000 } },
      {
        test: {
          name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 600_000, hookTimeout: 600_000,
          globalSetup: 'test/e2e/window/harness/buildWindow.ts',
        },
      },
      { test: { name: 'electron', include: ['test/electron/real/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 300_000 } },
    ],
  },
});
