import type { WeightTensor } from '../../../core/model/safetensors.ts';
import type { Checkpoint } from '../../../core/study/checkpoints.ts';

/** Weights in which every value tells the step, so that a mixture of two checkpoints shows. */
export function weightsAt(step: number, values: number): Record<string, WeightTensor> {
  return {
    'first.weight': { shape: [values], data: new Float32Array(values).fill(step) },
    'second.weight': { shape: [2, values], data: new Float32Array(2 * values).fill(-step) },
    steps: { shape: [], data: BigInt64Array.of(BigInt(step)) },
  };
}

export function isCheckpointOf(checkpoint: Checkpoint, values: number): boolean {
  const { step, state, tensors } = checkpoint;
  const expected = weightsAt(step, values);
  return JSON.stringify(state) === JSON.stringify({ step })
    && Object.keys(tensors).length === Object.keys(expected).length
    && Object.entries(expected).every(([name, { data }]) => {
      const read = tensors[name].data;
      return read.length === data.length && data.every((value: number | bigint, i: number) => read[i] === value);
    });
}
