import type { Session, WebContents } from 'electron';
import { mayNavigate, mayOpenOutside } from './navigation.ts';

type GuardedSession = Pick<Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'>;

/** What pages may do without asking: put text and pictures into the clipboard, from a click of the person's. */
const allowed: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

/** Refuses everything else that pages can ask the browser for. */
export function denyPermissions(session: GuardedSession): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(allowed.has(permission)));
  session.setPermissionCheckHandler((_contents, permission) => allowed.has(permission));
  session.setDevicePermissionHandler(() => false);
}

interface Guarded {
  on(event: 'will-navigate' | 'will-redirect', listener: (event: { preventDefault(): void; readonly url: string }) => void): unknown;
  on(event: 'will-attach-webview', listener: (event: { preventDefault(): void }) => void): unknown;
  setWindowOpenHandler: WebContents['setWindowOpenHandler'];
}

/** Keeps a page where it is: own pages alone, no new windows, no guests. Addresses of the documentation go to the browser. */
export function confine(contents: Guarded, hosts: readonly string[], openOutside: (url: string) => void): void {
  const stay = (event: { preventDefault(): void; readonly url: string }) => {
    if (!mayNavigate(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpenOutside(url, hosts)) openOutside(url);
    return { action: 'deny' };
  });
}
