import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where workers of this person keep what chunks need, where each system keeps what can be had again. It need not exist. */
export function cacheFolder(
  platform: NodeJS.Platform = process.platform,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  home: string = homedir(),
): string {
  switch (platform) {
    case 'win32': return join(environment.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'Pocketformer', 'chunks');
    case 'darwin': return join(home, 'Library', 'Caches', 'Pocketformer', 'chunks');
    default: return join(environment.XDG_CACHE_HOME || join(home, '.cache'), 'pocketformer', 'chunks');
  }
}
