import { spawn } from 'node:child_process';

/** Asks the system to show an address in the person's browser; resolves to whether it took the request. */
export function openBrowser(url: string): Promise<boolean> {
  const [command, args] = opener(url);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

function opener(url: string): [string, string[]] {
  switch (process.platform) {
    case 'darwin': return ['open', [url]];
    // "start" is a word of the shell, and the first quoted argument would be a title.
    case 'win32': return ['rundll32', ['url.dll,FileProtocolHandler', url]];
    default: return ['xdg-open', [url]];
  }
}
