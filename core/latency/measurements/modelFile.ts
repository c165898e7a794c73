import { InputError, messageOf } from '../../base/errors.ts';
import { precisionOf, type Precision } from '../../graph/onnx/precision.ts';
import { readModel, type OnnxFile } from '../../graph/onnx/read.ts';
import type { MeasuredModel } from './record.ts';
import { blocksOf, subjectSchema, type Subject } from './subject.ts';

/** What an ONNX file tells about itself. */
export interface ModelFacts {
  readonly input: NonNullable<MeasuredModel['input']>;
  readonly precision: Precision;
  readonly of: Subject;
}

/**
 * Reads a file's input, with 1 for free sizes, its precision, and which architecture it is of where Pocketformer wrote it.
 * @param where name of the file, for messages
 * @throws InputError `not-onnx` or `unmeasurable-model`
 */
export function modelFacts(bytes: Uint8Array, where: string): ModelFacts {
  let file: OnnxFile;
  try {
    file = readModel(bytes);
  } catch (cause) {
    throw new InputError('not-onnx', `${where}: is no ONNX file: ${messageOf(cause)}`, { cause });
  }
  return { input: inputOf(file, where), precision: precisionOf(file), of: subjectOf(file) };
}

function inputOf({ inputs, initializers }: OnnxFile, where: string): ModelFacts['input'] {
  // Older exporters list weights among the inputs.
  const weights = new Set(initializers.map(({ name }) => name));
  const free = inputs.filter(({ name }) => !weights.has(name));
  if (free.length !== 1) {
    throw new InputError('unmeasurable-model', `${where}: has ${free.length} inputs; expected one, an image or feature map.`);
  }
  const [{ name, dims }] = free;
  return { name, shape: dims.map((size) => (typeof size === 'number' && size > 0 ? size : 1)) };
}

/** From the metadata that exports carry; a file of which they are damaged is only a file. */
function subjectOf({ metadata }: OnnxFile): Subject {
  const unknown: Subject = { kind: 'unknown' };
  const value = (key: string) => metadata[`pocketformer.${key}`];
  if (value('architecture') === undefined) return unknown;
  try {
    const subject = subjectSchema.parse({
      kind: 'network', space: value('space'), arch: JSON.parse(value('architecture')) as unknown,
      resolution: Number(value('resolution')), classes: Number(value('classes')),
    });
    blocksOf(subject);
    return subject;
  } catch {
    return unknown;
  }
}
