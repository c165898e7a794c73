import { dot } from '../../base/dot.ts';
import type { CirclePoint } from './circle.ts';

/** Scalar products of the first and second derivatives, v and a, of the features at a point of the circle. */
export interface Motion {
  readonly vv: number;
  /** Not known where only the first derivative was taken. */
  readonly aa?: number;
  readonly va?: number;
}

/** A measure's integrand at a point; the measure is its weighted sum over the points. */
export type Integrand = (motion: Motion) => number;

/** The derivative of the unit vector along v has this norm squared times (v v)^2. */
const turning = ({ vv, aa = NaN, va = NaN }: Motion) => Math.sqrt(Math.max(0, vv * aa - va * va));

/** The speed. As released, the length of the features' curve. */
export const speed: Integrand = ({ vv }) => Math.sqrt(vv);

/** The paper's formula as printed takes the root of the norm. */
export const rootOfSpeed: Integrand = ({ vv }) => Math.sqrt(Math.sqrt(vv));

/** (v v)^(-3/2) sqrt((v v)(a a) - (v a)^2), in the paper as in the release. */
export const curvature: Integrand = (motion) => turning(motion) / motion.vv ** 1.5;

/** The norm of the unit tangent's derivative, which is curvature times speed. */
export const turn: Integrand = (motion) => turning(motion) / motion.vv;

/** The paper's formula as printed takes the root of that norm. */
export const rootOfTurn: Integrand = (motion) => Math.sqrt(turn(motion));

/** What the release computes in its place: the speed counts as a constant, so that the part of a along v stays in. */
export const releasedTurn: Integrand = ({ vv, aa = NaN }) => Math.sqrt(aa / vv);

export function sumOver(points: readonly CirclePoint[], motions: readonly Motion[], integrand: Integrand): number {
  return motions.reduce((sum, motion, i) => sum + points[i].weight * integrand(motion), 0);
}

/** @param features of each point with their derivatives, [points, components, features] */
export function motionsOf(features: Float32Array, points: number, components: number): Motion[] {
  const length = features.length / points / components;
  return Array.from({ length: points }, (_, point) => {
    const part = (component: number) => features.subarray((point * components + component) * length, (point * components + component + 1) * length);
    const v = part(1);
    if (components < 3) return { vv: dot(v, v) };
    const a = part(2);
    return { vv: dot(v, v), aa: dot(a, a), va: dot(v, a) };
  });
}
