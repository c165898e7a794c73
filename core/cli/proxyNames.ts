import { InputError } from '../base/errors.ts';
import { proxyCatalogue, proxyIds, type ProxyId } from '../scoring/catalogue.ts';
import type { Kind } from './options.ts';
import { nearest } from './suggest.ts';

/** One proxy or several, without repetition. */
export const proxiesKind: Kind<ProxyId[]> = {
  placeholder: 'PROXY,...',
  expected: `names of proxies, separated by commas, or all; known are ${proxyIds.join(', ')}`,
  read(text) {
    const names = text.split(',').map((name) => name.trim()).filter((name) => name !== '');
    if (names.length === 0) return undefined;
    return [...new Set(names.flatMap((name) => (name === 'all' ? proxyIds : proxyNamed(name))))];
  },
};

/** @throws InputError `unknown-proxy`, listing the proxies there are */
function proxyNamed(name: string): ProxyId {
  const found = proxyIds.find((id) => id === name);
  if (found !== undefined) return found;
  const meant = nearest(name, proxyIds);
  throw new InputError('unknown-proxy', `No proxy is called "${name}"${meant === undefined ? '' : ` (did you mean "${meant}"?)`}; known are ${proxyIds.join(', ')}.`);
}

/** For help: a line each, with its definition in a sentence. */
export const proxyLines: readonly string[] = proxyIds.map((id) => `${id}: ${proxyCatalogue[id].summary}`);
