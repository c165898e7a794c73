import { defineConfig } from 'vitest/config';

/** Fast unit tests beside slower end-to-end ones; each file in its own process, because native engines hold global state. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      { test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/e2e/**', 'test/electron/real/**'], testTimeout: 60_000 } },
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
