import type { Quantisation } from '../../../core/export/precision/quantisation.ts';

/** QuantizeLinear to uint8 as ONNX defines it, by halves: a tie goes to the even neighbour. */
export function quantised(value: number, { scale, zeroPoint }: Quantisation): number {
  const steps = value / scale;
  const below = Math.floor(steps);
  const rest = steps - below;
  const rounded = rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
  return Math.min(255, Math.max(0, rounded + zeroPoint));
}

/** DequantizeLinear. */
export const dequantised = (integer: number, { scale, zeroPoint }: Quantisation) => scale * (integer - zeroPoint);
