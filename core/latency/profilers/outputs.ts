import { EnvironmentError } from '../../base/errors.ts';
import type { Measurement } from '../measurements/record.ts';
import type { ModelToMeasure } from './profiler.ts';

/**
 * Compares what a device computed with what was expected: a phone that computes something else quickly is not fast.
 * @param actual values of the model's output
 * @returns how far apart they are; undefined where nothing is expected, then they only have to be numbers
 * @throws EnvironmentError `wrong-output`
 */
export function checkOutputs({ name, output }: Pick<ModelToMeasure, 'name' | 'output'>, actual: ArrayLike<number>): Measurement['outputs'] {
  const values = Array.from(actual);
  const strange = values.findIndex((value) => !Number.isFinite(value));
  if (strange >= 0) throw wrong(name, `value ${strange} of its output is ${values[strange]}`);
  if (output === undefined) return undefined;
  const { every = 1 } = output;
  const expectedLength = output.values.length;
  if (Math.ceil(values.length / every) !== expectedLength) {
    throw wrong(name, `its output has ${values.length} values, not ${every === 1 ? expectedLength : `about ${expectedLength * every}`}`);
  }
  let [maxAbsDiff, scale] = [0, 0];
  output.values.forEach((value, i) => {
    maxAbsDiff = Math.max(maxAbsDiff, Math.abs(value - values[i * every]));
    scale = Math.max(scale, Math.abs(value));
  });
  const relativeDiff = scale === 0 ? maxAbsDiff : maxAbsDiff / scale;
  if (relativeDiff > output.relativeTolerance) {
    throw wrong(name, `its output differs from the expected one by ${relativeDiff.toExponential(1)} of its scale, more than ${output.relativeTolerance}`);
  }
  return { maxAbsDiff, relativeDiff };
}

const wrong = (name: string, reason: string) =>
  new EnvironmentError('wrong-output', `${name} does not compute on this device what it should: ${reason}. It was not measured.`);
