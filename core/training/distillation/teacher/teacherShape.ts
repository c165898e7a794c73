import type { Tensor } from 'onnxruntime-common';
import { InputError } from '../../../base/errors.ts';
import type { NativeValue } from '../../../engine/ort/binding.ts';

/** ONNX's codes for the types of values. */
const float32 = 1;
const typeNames: Readonly<Record<number, string>> = { 1: 'float32', 2: 'uint8', 3: 'int8', 6: 'int32', 7: 'int64', 10: 'float16', 11: 'float64', 16: 'bfloat16' };

/** Where a teacher takes images. */
export interface ImageInput {
  readonly name: string;
  /** Images per run, where the file fixes that. */
  readonly batch: number | undefined;
  /** Side of the images in pixels, where the file fixes that. */
  readonly resolution: number | undefined;
}

/** @throws InputError `not-a-teacher` when there is not exactly one input of float32 [batch, 3, side, side] */
export function imageInput(inputs: readonly NativeValue[], path: string): ImageInput {
  const wanted = 'A teacher takes one input, float32 [batch, 3, height, width]';
  if (inputs.length !== 1) {
    throw new InputError('not-a-teacher', `${path}: ${wanted}; this file has ${inputs.length} inputs (${inputs.map(({ name }) => name).join(', ')}).`);
  }
  const { name, shape, type, isTensor } = inputs[0];
  const given = `"${name}" is ${isTensor ? typeNames[type] ?? 'of another type' : 'no tensor'} ${shapeText(shape)}`;
  const [batch, channels, height, width] = shape.map((size) => (size > 0 ? size : undefined));
  const fits = isTensor && shape.length === 4 && (channels ?? 3) === 3 && (height ?? width) === (width ?? height);
  if (fits && type === float32) return { name, batch, resolution: height ?? width };
  const remedy = fits ? ' Export it with float32 inputs and outputs.' : shape[3] === 3 ? ' Export it with channels first.' : '';
  throw new InputError('not-a-teacher', `${path}: ${wanted}, height and width being equal; ${given}.${remedy}`);
}

/**
 * Which of a teacher's outputs are its logits: the one of shape [count, classes].
 * @param outputs of a run with `count` images
 * @throws InputError `teacher-classes` when the only one that could be is for other classes; `not-a-teacher`
 */
export function logitsOutput(outputs: Readonly<Record<string, Tensor>>, count: number, classes: number, path: string): string {
  const rows = Object.entries(outputs).filter(([, { dims, type }]) => dims.length === 2 && dims[0] === count && type === 'float32');
  const fitting = rows.filter(([, { dims }]) => dims[1] === classes);
  if (fitting.length === 0 && rows.length === 1) {
    const actual = rows[0][1].dims[1];
    throw new InputError('teacher-classes', `${path} tells ${actual} classes apart, the study's images have ${classes}. `
      + 'A teacher must have been trained on the same classes in the same order.', { details: { teacher: actual, study: classes } });
  }
  if (fitting.length !== 1) {
    const given = Object.entries(outputs).map(([name, { dims, type }]) => `"${name}": ${type} ${shapeText(dims)}`).join(', ');
    throw new InputError('not-a-teacher', `${path}: a teacher has one output of logits, float32 [batch, ${classes}]; for ${count} `
      + `image${count === 1 ? '' : 's'} this file yields ${given}.`);
  }
  const [name, { data }] = fitting[0];
  if (classes > 1 && rowsAreProbabilities(data as Float32Array, classes)) {
    throw new InputError('not-a-teacher', `${path}: the output "${name}" holds probabilities. Export the network without its last softmax.`);
  }
  return name;
}

function rowsAreProbabilities(values: Float32Array, classes: number): boolean {
  for (let start = 0; start < values.length; start += classes) {
    const row = values.subarray(start, start + classes);
    if (!row.every((value) => value >= 0) || Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) > 1e-4) return false;
  }
  return true;
}

function shapeText(shape: readonly number[]): string {
  return `[${shape.map((size) => (size > 0 ? size : '?')).join(', ')}]`;
}
