import type { Address } from '../../../engine/wasm/arena.ts';
import type { PatchMergingBlock } from '../../../network/blocks.ts';
import type { Group, Operation } from './group.ts';
import { product, type Matrix, type Rows } from './linear.ts';
import { normaliseRows } from './norm.ts';

/** The classes that a window sees side by side, a norm, a linear layer. It is no term of DSS. */
export const patchMerging: Operation<PatchMergingBlock> = (group, block, x) => {
  const { arena } = group.device;
  const { channels } = block.input;
  const length = block.kernelSize ** 2 * channels;
  const windows: Rows = { address: arena.allocate(group.outputRows * length), side: 'output', length };
  arena.view(windows.address, group.outputRows * length).fill(0);
  eachTap(group, channels, length, (at, window) => window.set(at), x, windows.address);
  arena.free(x);
  const norm = normaliseRows(group, block, windows);
  const y = product(group, norm.y, reduction(group));
  return {
    y: y.address,
    backward(gradient) {
      const ofNormalised = product(group, { ...y, address: gradient }, reduction(group), true);
      const ofWindows = norm.backward(ofNormalised.address);
      const dx = arena.allocate(group.rows * channels);
      arena.view(dx, group.rows * channels).fill(0);
      eachTap(group, channels, length, (at, window) => { for (let k = 0; k < channels; k++) at[k] += window[k]; }, dx, ofWindows.address);
      for (const { address } of [ofNormalised, ofWindows]) arena.free(address);
      norm.dispose();
      return dx;
    },
  };
};

/** The layer's weight, kept as a convolution's [outputs, inputs, k, k], as a matrix [k x k x inputs, outputs]. */
function reduction({ share }: Group): Matrix {
  const [outputs, inputs, kernelSize] = share.shape('reduce.weight');
  const places = kernelSize ** 2;
  const rows = places * inputs;
  const address = share.keep('reduction', rows * outputs, (values) => {
    share.read('reduce.weight').forEach((value, i) => {
      const [output, input, place] = [Math.floor(i / rows), Math.floor(i / places) % inputs, i % places];
      values[(place * inputs + input) * outputs + output] = value;
    });
  });
  return { address, rows, columns: outputs };
}

/** Calls back for every place of every window that is on the map, with the token there and the window's part for it. */
function eachTap(
  { device: { arena }, members, rows, outputRows }: Group, channels: number, length: number,
  body: (token: Float32Array, window: Float32Array) => void, tokens: Address, windows: Address,
): void {
  const [all, allWindows] = [arena.view(tokens, rows * channels), arena.view(windows, outputRows * length)];
  for (const { firstRow, firstOutputRow, reduced: { taps } } of members) {
    taps!.forEach((classes, i) => classes.forEach((row, place) => {
      if (row < 0) return;
      const start = (firstOutputRow + i) * length + place * channels;
      body(all.subarray((firstRow + row) * channels, (firstRow + row + 1) * channels), allWindows.subarray(start, start + channels));
    }));
  }
}
