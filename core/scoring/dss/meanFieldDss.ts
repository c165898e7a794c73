import type { Network } from '../../network/network.ts';
import type { ProxyResult } from '../proxy.ts';
import { reduceTokens } from './classes/reduce.ts';
import { expectedTerms } from './meanField/meanField.ts';
import { dssFormulas, dssValue } from './terms.ts';

/** The published DSS-indicator's expectation over fresh weights. */
export function meanFieldDss(network: Network): ProxyResult {
  const reduced = reduceTokens(network);
  if ('reason' in reduced) return { value: NaN, macs: 0, invalid: `there is no mean field form, because ${reduced.reason}` };
  const { qkv, project, mlp } = expectedTerms(reduced, dssFormulas.dss.signs);
  return { value: dssValue(dssFormulas.dss, { qkv, project, mlp }), macs: 0, parts: { qkv, project, mlp } };
}
