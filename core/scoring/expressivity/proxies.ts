import type { Order } from '../../graph/tangent.ts';
import { outputGradientMacs } from '../../model/outputGradients.ts';
import { asFeatures } from '../../network/asFeatures.ts';
import { blockGraph } from '../../network/blockGraph.ts';
import type { Network } from '../../network/network.ts';
import { withoutNorms } from '../../network/withoutNorms.ts';
import type { Proxy, ProxyResult, ScoringContext } from '../proxy.ts';
import { summarisedRepeats } from '../repeats.ts';
import { expectedLength } from './closedForm.ts';
import { featureCurves, forwardDerivatives, forwardMacs, type Curve, type FeatureDerivatives } from './curves.ts';
import * as integrands from './curveSums.ts';
import { reverseDerivatives } from './literal.ts';
import { paperCurves, releasedCurves, type CurveSettings } from './settings.ts';

/** As-ViT's measures of how complex a function networks are (Chen et al. 2022, section 3.2; asvit.md 3), as proxies. */

type Score = Proxy['score'];

/** How curves are followed: by one pass of forward mode, or by many of reverse mode as the release does. */
interface CurveForm {
  readonly derivatives: FeatureDerivatives;
  /** Multiply-accumulates for one point of the circle. */
  readonly macs: (network: Network, order: Order) => number;
}

const fast: CurveForm = { derivatives: forwardDerivatives, macs: ({ blocks }, order) => forwardMacs(blocks, order) };
const literal: CurveForm = { derivatives: reverseDerivatives, macs: (network, order) => outputGradientMacs(network, 'inference', order === 2) };

function measure(integrand: integrands.Integrand, order: Order, settings = releasedCurves, form = fast): Score {
  return (network, context) => {
    const invalid = obstacleTo(network, settings);
    if (invalid !== undefined) return { value: NaN, macs: 0, invalid };
    const { curves, macs } = curvesOf(network, context, { settings, form, order });
    return { macs, ...summarisedRepeats(curves.map(({ points, motions }) => integrands.sumOver(points, motions, integrand)), 'the features do not move') };
  };
}

export const length = measure(integrands.speed, 1);
export const curvature = measure(integrands.curvature, 2);
export const curvatureLength = measure(integrands.turn, 2);
export const curvatureLengthReleased = measure(integrands.releasedTurn, 2);

export const lengthPaper = measure(integrands.rootOfSpeed, 1, paperCurves);
export const curvaturePaper = measure(integrands.curvature, 2, paperCurves);
export const curvatureLengthPaper = measure(integrands.rootOfTurn, 2, paperCurves);

export const lengthLiteral = measure(integrands.speed, 1, releasedCurves, literal);
export const curvatureLiteral = measure(integrands.curvature, 2, releasedCurves, literal);
export const curvatureLengthLiteral = measure(integrands.turn, 2, releasedCurves, literal);

/** The released length's expectation, which needs no weights. */
export const lengthClosedForm: Score = (network) => {
  const features = asFeatures(network);
  const value = features && obstacleTo(network, releasedCurves) === undefined ? expectedLength(features) : undefined;
  if (value !== undefined) return { value, macs: 0 };
  return { value: NaN, macs: 0, invalid: 'a closed form is known only for patches, re-embeddings and residual layers whose tokens are averaged' };
};

/** Why a network has no such measure. */
function obstacleTo(network: Network, { withoutNorms: removesNorms }: CurveSettings): ProxyResult['invalid'] {
  if (!asFeatures(network)) return 'its classifier reads a map, not tokens, so that it has no features as As-ViT takes them';
  const hasBatchNorm = network.blocks.some((block) => blockGraph(block).nodes.some(({ operator }) => operator === 'BatchNormalization'));
  return hasBatchNorm && removesNorms ? 'without batch norms its convolutions have no scale that anyone has defined' : undefined;
}

interface CurveRequest {
  readonly settings: CurveSettings;
  readonly form: CurveForm;
  readonly order: Order;
}

interface Kept extends CurveRequest {
  readonly network: Network;
  readonly curves: readonly Curve[];
}

const kept = new WeakMap<ScoringContext, Kept>();
/** Contexts in which second derivatives were wanted: then the next network's are taken at once. */
const bends = new WeakSet<ScoringContext>();

/** Measures of one network share its curves; they cost whoever asks first. */
function curvesOf(network: Network, context: ScoringContext, request: CurveRequest): { readonly curves: readonly Curve[]; readonly macs: number } {
  const { settings, form } = request;
  const last = kept.get(context);
  const fits = last?.network === network && last.settings === settings && last.form === form && last.order >= request.order;
  if (fits) return { curves: last.curves, macs: 0 };
  if (request.order === 2) bends.add(context);
  const order = bends.has(context) ? 2 : request.order;
  const features = asFeatures(settings.withoutNorms ? withoutNorms(network) : network)!;
  const curves = featureCurves(context.engine, features, context.random, settings, order, form.derivatives);
  kept.set(context, { network, settings, form, order, curves });
  const passes = curves.reduce((sum, { points }) => sum + points.length, 0);
  return { curves, macs: passes * form.macs(features, order) };
}
