import { InputError } from '../base/errors.ts';
import { proxyCatalogue, proxyIds, type ProxyId } from './catalogue.ts';
import { depth, macs, mlpRatios, params } from './plain.ts';
import type { Proxy } from './proxy.ts';

/** What computes each proxy of the catalogue. */
const scores: Readonly<Record<ProxyId, Proxy['score']>> = {
  params, macs, depth, 'mlp-ratios': mlpRatios,
};

/** @throws InputError `unknown-proxy`, listing the proxies there are */
export function getProxy(id: string): Proxy {
  const known = proxyIds.find((candidate) => candidate === id);
  if (known === undefined) throw new InputError('unknown-proxy', `No proxy is called "${id}"; known are ${proxyIds.join(', ')}.`);
  return { id: known, ...proxyCatalogue[known], score: scores[known] };
}
