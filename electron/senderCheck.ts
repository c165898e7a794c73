/** The window's own origin, the only one whose pages may call the shell. */
export const appScheme = 'app';
export const appHost = 'pocketformer';
export const appOrigin = `${appScheme}://${appHost}`;

/** What is known of the frame that sent a call. */
export interface SenderFrame {
  readonly url: string;
  readonly parent: unknown;
}

/** Whether an address lies within the app's own pages. */
export function isOwnPage(url: string): boolean {
  try {
    const { protocol, host, username, password } = new URL(url);
    return protocol === `${appScheme}:` && host === appHost && username === '' && password === '';
  } catch {
    return false;
  }
}

/** Whether a call comes from the main frame of one of our windows, showing one of our pages. A frame that is gone is none. */
export function isTrustedSender(frame: SenderFrame | null, isOurWindow: boolean): boolean {
  return isOurWindow && frame !== null && frame.parent === null && isOwnPage(frame.url);
}
