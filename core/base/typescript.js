// Plain JavaScript, for entries of processes and threads that know nothing of TypeScript yet.
import { existsSync } from 'node:fs';

/**
 * Lets this process or thread import TypeScript. Newer versions of Node run it as it is, but not below node_modules;
 * elsewhere tsx takes the types out. The compiled form of the program has none, and needs nothing.
 */
export async function readTypeScript() {
  if (!existsSync(new URL('./errors.ts', import.meta.url))) return;
  if (process.features.typescript && !import.meta.url.includes('/node_modules/')) return;
  const { register } = await import('tsx/esm/api');
  register();
}
