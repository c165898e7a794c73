import { isOwnPage } from './senderCheck.ts';

/** Whether a page may be left for another address: only for another of the app's own. */
export const mayNavigate = isOwnPage;

/**
 * The hosts whose pages may be opened in the person's browser: the one that the package names as its home.
 * @param homepage of package.json, if it has one
 */
export function documentationHosts(homepage: unknown): readonly string[] {
  if (typeof homepage !== 'string') return [];
  try {
    const { protocol, host } = new URL(homepage);
    return protocol === 'https:' ? [host] : [];
  } catch {
    return [];
  }
}

/** Whether an address may be handed to the person's browser. */
export function mayOpenOutside(url: string, hosts: readonly string[]): boolean {
  try {
    const { protocol, host, username, password } = new URL(url);
    return protocol === 'https:' && username === '' && password === '' && hosts.includes(host);
  } catch {
    return false;
  }
}
