import { defineConfig } from 'vitest/config';

/** What needs no native engine, which holds global state. */
const withoutEngines = ['base', 'graph', 'network', 'renderer', 'search', 'spaces'].map((folder) => `test/${folder}/**/*.test.ts`);

/** Fast unit tests beside slower end-to-end ones; each file in its own process where it may use an engine. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      { test: { name: 'pure', include: withoutEngines, isolate: false, testTimeout: 60_000 } },
      { test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/e2e/**', 'test/electron/real/**', ...withoutEngines], testTimeout: 60_000 } },
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
