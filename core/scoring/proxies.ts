import type { Network } from '../network/network.ts';
import { proxyCatalogue, proxyIdOf, type ProxyId } from './catalogue.ts';
import { fastDss, hasFastDss } from './dss/fastDss.ts';
import { dssLiteral, dssReleasedLiteral } from './dss/literal.ts';
import { meanFieldDss } from './dss/meanFieldDss.ts';
import { dssFormulas } from './dss/terms.ts';
import * as curves from './expressivity/proxies.ts';
import { grasp } from './grasp.ts';
import { gradNorm, snip } from './lossGradients.ts';
import { naswot } from './naswot.ts';
import { nuclearNormSum } from './nuclearNormSum.ts';
import { depth, macs, mixing, mlpRatios, params } from './plain.ts';
import type { Proxy } from './proxy.ts';
import { synflow } from './synflow.ts';
import { teScore } from './teScore.ts';
import { ntk, ntkLiteral } from './trainability/ntk.ts';

/** How a proxy is computed; alone, a function scores one network after the other. */
type Implementation = Pick<Proxy, 'score' | 'scoreTogether' | 'runsOnEngine'>;

const fastForm = (formula: keyof typeof dssFormulas): Implementation => ({
  score: (network, context) => fastDss(formula, [network], context)[0],
  scoreTogether: (networks, context) => fastDss(formula, networks, context),
  runsOnEngine: (network) => !hasFastDss(network),
});

const implementations: Readonly<Record<ProxyId, Implementation | Proxy['score']>> = {
  params, macs, depth, 'mlp-ratios': mlpRatios, 'mixing-capacity': mixing,
  dss: fastForm('dss'), 'dss-released': fastForm('dss-released'), 'dss-msa': fastForm('dss-msa'), 'dss-mlp': fastForm('dss-mlp'),
  'dss-mean-field': meanFieldDss, 'dss-literal': dssLiteral, 'dss-released-literal': dssReleasedLiteral,
  snip, grasp, naswot, 'te-score': teScore, 'grad-norm': gradNorm, synflow, 'nuclear-norm': nuclearNormSum,
  length: curves.length, curvature: curves.curvature,
  'curvature-length': curves.curvatureLength, 'curvature-length-released': curves.curvatureLengthReleased,
  'length-paper': curves.lengthPaper, 'curvature-paper': curves.curvaturePaper, 'curvature-length-paper': curves.curvatureLengthPaper,
  'length-literal': curves.lengthLiteral, 'curvature-literal': curves.curvatureLiteral, 'curvature-length-literal': curves.curvatureLengthLiteral,
  'length-closed-form': curves.lengthClosedForm, ntk, 'ntk-literal': ntkLiteral,
};

/** @throws InputError `unknown-proxy`, listing the proxies there are */
export function getProxy(id: string): Proxy {
  const known = proxyIdOf(id);
  const implementation = implementations[known];
  return { id: known, ...proxyCatalogue[known], ...(typeof implementation === 'function' ? { score: implementation } : implementation) };
}

/** Whether one of the proxies runs this network on an engine; some can do without for most kinds of blocks. */
export function needEngine(proxies: readonly Proxy[], network: Network): boolean {
  return proxies.some(({ usesEngine, runsOnEngine }) => usesEngine && (runsOnEngine?.(network) ?? true));
}
