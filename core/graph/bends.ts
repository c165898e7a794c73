import type { GraphBuilder } from './builder.ts';

/** Multiplies a factor by an activation's second derivative at x. */
export type Bend = (builder: GraphBuilder, factor: string, x: string) => string;

/** 1/3 between -3 and 3, which is twice hard-sigmoid's slope, and 0 beyond. */
export const hardSwishBend: Bend = (builder, factor, x) => builder.mul(builder.add('HardSigmoidGradient', [factor, x]), 2);

/** (2 - x^2) exp(-x^2 / 2) / sqrt(2 pi) */
export const geluBend: Bend = (builder, factor, x) => {
  const square = builder.mul(x, x);
  const density = builder.mul(builder.add('Exp', [builder.mul(square, -0.5)]), -1 / Math.sqrt(2 * Math.PI));
  return builder.mul(factor, builder.mul(density, builder.minus(square, 2)));
};
