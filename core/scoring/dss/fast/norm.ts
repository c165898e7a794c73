import type { Address } from '../../../engine/wasm/arena.ts';
import type { Group } from './group.ts';
import { rowCount, type Rows } from './linear.ts';

interface Normed {
  readonly normEpsilon: number;
  readonly withoutNorm?: true;
}

/** What a layer norm of each row keeps for its way back. */
export interface NormPass {
  /** Normalised rows, the pass's own; the input itself where there is no norm. */
  readonly y: Rows;
  /** @returns residual (if any) + gradient through the norm, in new memory */
  backward(gradient: Address, residual?: Address): Rows;
  /** Frees all that the pass keeps, the input included. */
  dispose(): void;
}

/** Layer norm of each row, where the block has one. Takes the input over. */
export function normaliseRows(group: Group, { normEpsilon, withoutNorm }: Normed, x: Rows): NormPass {
  const { arena, kernels } = group.device;
  const rows = rowCount(group, x.side);
  const { length } = x;
  const count = rows * length;
  if (withoutNorm) {
    return {
      y: x,
      backward(gradient, residual) {
        const dx = arena.allocate(count);
        if (residual === undefined) arena.view(dx, count).set(arena.view(gradient, count));
        else kernels.add(gradient, residual, dx, count);
        return { ...x, address: dx };
      },
      dispose: () => arena.free(x.address),
    };
  }
  const { share } = group;
  const [y, mean, inverse] = [arena.allocate(count), arena.allocate(rows), arena.allocate(rows)];
  kernels.normaliseRows(x.address, share.at('norm.scale'), share.at('norm.bias'), y, mean, inverse, rows, length, normEpsilon);
  return {
    y: { ...x, address: y },
    backward(gradient, residual) {
      const [dx, ofNorm] = [arena.allocate(count), arena.allocate(4 * length)];
      const [dScale, dBias, scratch] = [ofNorm, ofNorm + 4 * length, ofNorm + 8 * length];
      const kernel = residual === undefined ? kernels.normaliseRowsGradient : kernels.normaliseRowsGradientTo;
      kernel(gradient, x.address, mean, inverse, group.share.at('norm.scale'), residual ?? dx, dx, dScale, dBias, scratch, rows, length);
      arena.free(ofNorm);
      return { ...x, address: dx };
    },
    dispose: () => [x.address, y, mean, inverse].forEach((address) => arena.free(address)),
  };
}
