import type { DepthwisePoolBlock } from '../../../network/blocks.ts';
import type { Group, Operation } from './group.ts';

/** A depthwise convolution of the map's classes, and one linear layer on the tokens in front. Neither is a term of DSS. */
export const depthwisePool: Operation<DepthwisePoolBlock> = (group, block, x) => {
  const { arena } = group.device;
  const [inputs, outputs] = [block.input.channels, block.output.channels];
  const y = arena.allocate(group.outputRows * outputs);
  const to = arena.view(y, group.outputRows * outputs);
  const from = arena.view(x, group.rows * inputs);
  const { share } = group;
  const bias = share.read('depthwise.bias');
  for (const { firstOutputRow, reduced: { output: { counts, front } } } of group.members) {
    const ofToken = front > 0 ? share.read('token.bias') : bias;
    counts.forEach((_, i) => to.set(i < front ? ofToken : bias, (firstOutputRow + i) * outputs));
  }
  eachWeight(group, block, (row, input, outputRow, output, weight) => { to[outputRow * outputs + output] += weight * from[row * inputs + input]; });
  arena.free(x);
  return {
    y,
    backward(gradient) {
      const dx = arena.allocate(group.rows * inputs);
      const ofInput = arena.view(dx, group.rows * inputs);
      const ofOutput = arena.view(gradient, group.outputRows * outputs);
      ofInput.fill(0);
      eachWeight(group, block, (row, input, outputRow, output, weight) => { ofInput[row * inputs + input] += weight * ofOutput[outputRow * outputs + output]; });
      return dx;
    },
  };
};

/** Calls back for every product of the block, with rows of the group and channels. */
function eachWeight(
  { members, share, countMacs }: Group, { kernelSize, input: { channels: inputs }, output: { channels: outputs } }: DepthwisePoolBlock,
  body: (row: number, input: number, outputRow: number, output: number, weight: number) => void,
): void {
  const depthwise = share.remember('depthwise', () => share.read('depthwise.weight'));
  const places = kernelSize ** 2;
  const times = outputs / inputs;
  for (const { firstRow, firstOutputRow, reduced: { output: { front }, taps } } of members) {
    if (front > 0) {
      const token = share.remember('token', () => share.read('token.weight'));
      for (let row = 0; row < front; row++) {
        for (let at = 0; at < token.length; at++) body(firstRow + row, Math.floor(at / outputs), firstOutputRow + row, at % outputs, token[at]);
      }
    }
    taps!.forEach((classes, i) => classes.forEach((row, place) => {
      if (row < 0) return;
      for (let output = 0; output < outputs; output++) {
        body(firstRow + row, Math.floor(output / times), firstOutputRow + front + i, output, depthwise[output * places + place]);
      }
    }));
  }
  countMacs(({ reduced: { output: { front }, taps } }) => front * inputs * outputs + taps!.length * places * outputs);
}
