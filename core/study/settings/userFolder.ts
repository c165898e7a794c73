import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder for this person's settings, where each system keeps such things. It need not exist. */
export function userFolder(
  platform: NodeJS.Platform = process.platform,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  home: string = homedir(),
): string {
  switch (platform) {
    case 'win32': return join(environment.APPDATA || join(home, 'AppData', 'Roaming'), 'Pocketformer');
    case 'darwin': return join(home, 'Library', 'Application Support', 'Pocketformer');
    default: return join(environment.XDG_CONFIG_HOME || join(home, '.config'), 'pocketformer');
  }
}
