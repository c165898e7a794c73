import { InputError } from '../base/errors.ts';
import { proxyCatalogue, proxyIds, type ProxyId } from './catalogue.ts';
import { dssLiteral, dssMlp, dssMsa, dssReleasedLiteral } from './dss.ts';
import { grasp } from './grasp.ts';
import { gradNorm, snip } from './lossGradients.ts';
import { naswot } from './naswot.ts';
import { nuclearNormSum } from './nuclearNormSum.ts';
import { depth, macs, mlpRatios, params } from './plain.ts';
import type { Proxy } from './proxy.ts';
import { synflow } from './synflow.ts';
import { teScore } from './teScore.ts';

/** What computes each proxy of the catalogue. */
const scores: Readonly<Record<ProxyId, Proxy['score']>> = {
  params, macs, depth, 'mlp-ratios': mlpRatios,
  'dss-literal': dssLiteral, 'dss-released-literal': dssReleasedLiteral, 'dss-msa': dssMsa, 'dss-mlp': dssMlp,
  snip, grasp, naswot, 'te-score': teScore, 'grad-norm': gradNorm, synflow, 'nuclear-norm': nuclearNormSum,
};

/** @throws InputError `unknown-proxy`, listing the proxies there are */
export function getProxy(id: string): Proxy {
  const known = proxyIds.find((candidate) => candidate === id);
  if (known === undefined) throw new InputError('unknown-proxy', `No proxy is called "${id}"; known are ${proxyIds.join(', ')}.`);
  return { id: known, ...proxyCatalogue[known], score: scores[known] };
}
