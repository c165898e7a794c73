import { Tensor } from 'onnxruntime-common';
import { EnvironmentError } from '../../base/errors.ts';
import { createSession, type NativeSession } from '../../engine/ort/binding.ts';
import { encodeModel, type OnnxModel, type OnnxValue } from '../../graph/onnx/model.ts';
import { clippedRange, Histogram, type RangeMethod } from './clipping.ts';
import type { Range } from './quantisation.ts';
import { quantisedLayers, quantisedValues } from './quantisedLayers.ts';

/** Inputs for a file that takes one at a time, read when they are needed. */
export interface CalibrationInputs {
  readonly count: number;
  read(index: number): Float32Array;
}

/**
 * Runs a float32 network in ONNX Runtime on calibration inputs and chooses the range of every value that 8 bits are to hold.
 * One input is in memory at a time; methods that look at how values are distributed run everything twice.
 *
 * @param model of one image per run
 * @throws EnvironmentError `export-not-finite` when a value is not a number
 */
export function observedRanges(model: OnnxModel, inputs: CalibrationInputs, method: RangeMethod): Map<string, Range> {
  const wanted = [...quantisedValues(quantisedLayers(model))];
  const given = model.inputs[0];
  const observed = wanted.filter((name) => name !== given.name);
  // Parts of networks may have no layer but read what flows in.
  const outputs = observed.length === 0 ? model.outputs : observed.map((name) => ({ name, dtype: 'float32' as const }));
  const session = createSession(encodeModel({ ...model, outputs }), { threads: 1 });
  try {
    const ranges = new Map<string, Range>();
    const see = { wanted, outputs: outputs.map(({ name }) => name) };
    eachValue(session, given, inputs, see, (name, values) => ranges.set(name, widened(ranges.get(name), values, name)));
    if (method === 'min-max') return ranges;
    const histograms = new Map([...ranges].map(([name, range]) => [name, new Histogram(range)]));
    eachValue(session, given, inputs, see, (name, values) => histograms.get(name)!.add(values));
    return new Map([...histograms].map(([name, histogram]) => [name, clippedRange(histogram, method)]));
  } finally {
    session.dispose();
  }
}

function eachValue(
  session: NativeSession, given: OnnxValue, inputs: CalibrationInputs, { wanted, outputs }: { wanted: readonly string[]; outputs: readonly string[] },
  see: (name: string, values: Float32Array) => void,
): void {
  const fetches = Object.fromEntries(outputs.map((name) => [name, null]));
  for (let i = 0; i < inputs.count; i++) {
    const values = inputs.read(i);
    const results = session.run({ [given.name]: new Tensor('float32', values, given.dims!.map(Number)) }, fetches, {});
    for (const name of wanted) see(name, name === given.name ? values : results[name].data as Float32Array);
  }
}

function widened(range: Range | undefined, values: Float32Array, name: string): Range {
  let { min, max } = range ?? { min: Infinity, max: -Infinity };
  let sum = 0;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  if (!Number.isFinite(sum)) {
    throw new EnvironmentError('export-not-finite', `On a calibration image "${name}" is not finite, so the network's weights or its batch norms are broken.`);
  }
  return { min, max };
}
