import type { Address } from '../../../engine/wasm/arena.ts';
import type { Group } from './group.ts';

interface Normed {
  readonly normEpsilon: number;
  readonly withoutNorm?: true;
}

/** What a layer norm of each row keeps for its way back. */
export interface NormPass {
  /** Normalised rows, the pass's own; the input itself where there is no norm. */
  readonly y: Address;
  /** @returns residual + gradient through the norm, in new memory */
  backward(gradient: Address, residual: Address): Address;
  /** Frees all that the pass keeps, the input included. */
  dispose(): void;
}

/** Layer norm of each row, where the block has one. Takes the input over. */
export function normaliseRows(group: Group, { normEpsilon, withoutNorm }: Normed, x: Address, length: number): NormPass {
  const { device: { arena, kernels }, rows } = group;
  const count = rows * length;
  if (withoutNorm) {
    return {
      y: x,
      backward(gradient, residual) {
        const dx = arena.allocate(count);
        kernels.add(gradient, residual, dx, count);
        return dx;
      },
      dispose: () => arena.free(x),
    };
  }
  const share = group.share;
  const [scale, bias] = [share.at('norm.scale'), share.at('norm.bias')];
  const [y, mean, inverse] = [arena.allocate(count), arena.allocate(rows), arena.allocate(rows)];
  kernels.normaliseRows(x, scale, bias, y, mean, inverse, rows, length, normEpsilon);
  return {
    y,
    backward(gradient, residual) {
      const scaleNow = group.share.at('norm.scale');
      const [dx, ofNorm] = [arena.allocate(count), arena.allocate(4 * length)];
      const [dScale, dBias, scratch] = [ofNorm, ofNorm + 4 * length, ofNorm + 8 * length];
      kernels.normaliseRowsGradientTo(gradient, x, mean, inverse, scaleNow, residual, dx, dScale, dBias, scratch, rows, length);
      arena.free(ofNorm);
      return dx;
    },
    dispose: () => [x, y, mean, inverse].forEach((address) => arena.free(address)),
  };
}
