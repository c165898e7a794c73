import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { inputName, outputName } from '../../export/onnx.ts';
import { precisionOf } from '../../graph/onnx/precision.ts';
import { readModel, type ReadValue } from '../../graph/onnx/read.ts';
import { networkParams } from '../../network/blockGraph.ts';
import { networkMacs } from '../../network/counts.ts';
import type { Network } from '../../network/network.ts';
import { architectureId } from '../../search/result.ts';
import { getSpace, publishedName } from '../../spaces/index.ts';
import { blockTable } from './blockTable.ts';
import type { ModelCard } from './schema.ts';

/** What a model tells by itself: the part of its card that nobody has to be asked for. */
export interface DescribedModel extends Pick<ModelCard, 'name' | 'file' | 'network' | 'input' | 'output' | 'classNames'> {
  readonly lowered: Network;
}

const three = z.tuple([z.number(), z.number(), z.number()]).readonly();
const metadataSchema = z.object({
  space: z.string(), architecture: z.unknown(), resolution: z.int(), classes: z.int(), classNames: z.array(z.string()).nullish(),
  normalisation: z.object({ mean: three, std: three }).optional(),
  calibration: z.object({ images: z.int(), source: z.string(), ranges: z.string() }).optional(),
});
type Told = z.output<typeof metadataSchema>;

/**
 * Reads an ONNX file that Pocketformer wrote.
 * @param name of the file
 * @throws InputError `not-onnx`, or `foreign-model` for one that does not tell its architecture
 */
export function describeOnnx(bytes: Uint8Array, name: string): DescribedModel {
  let file;
  try {
    file = readModel(bytes);
  } catch (cause) {
    throw new InputError('not-onnx', `${name}: is no ONNX file.`, { cause });
  }
  const texts = ['space', 'architecture', 'resolution', 'classes', 'classNames', 'normalisation', 'calibration'].flatMap((key) => {
    const text = file.metadata[`pocketformer.${key}`];
    return text === undefined ? [] : [[key, key === 'space' ? text : jsonOf(text)]];
  });
  const told = metadataSchema.safeParse(Object.fromEntries(texts));
  if (!told.success) throw new InputError('foreign-model', `${name}: its metadata do not tell what network it is, as those of models do that Pocketformer wrote.`, { cause: told.error });
  const [input] = file.inputs.filter((value) => value.name === inputName);
  const [output] = file.outputs.filter((value) => value.name === outputName);
  if (input === undefined || output === undefined) throw new InputError('foreign-model', `${name}: has no input "${inputName}" or no output "${outputName}".`);
  return describe(told.data, {
    ...digestOf(bytes), name, format: 'onnx', precision: precisionOf(file), opset: file.opsets[''], ...(told.data.calibration && { calibration: told.data.calibration }),
  }, { input: sizes(input), output: sizes(output) });
}

/** Weights without a graph, which others tell about. @param name of the file */
export function describeWeights(bytes: Uint8Array, name: string, told: Told): DescribedModel {
  const { resolution, classes } = told;
  return describe(told, { ...digestOf(bytes), name, format: 'safetensors', precision: 'float32' }, { input: ['batch', 3, resolution, resolution], output: ['batch', classes] });
}

function describe({ space: id, architecture, resolution, classes, classNames, normalisation }: Told, file: ModelCard['file'], shapes: Record<'input' | 'output', (number | string)[]>): DescribedModel {
  const space = getSpace(id);
  const arch = space.parse(architecture);
  const lowered = space.lower(arch, { resolution, classes });
  const key = space.key(arch);
  const published = publishedName(space, arch) ?? null;
  return {
    name: `${published ?? architectureId(key)} (${id})`, file,
    network: {
      space: id, architecture, key, id: architectureId(key), published, resolution, classes, params: networkParams(lowered), macs: networkMacs(lowered), blocks: blockTable(lowered),
    },
    input: { name: inputName, shape: shapes.input, type: 'float32', channels: 'R, G, B', normalisation: normalisation ?? null, preparation: null },
    output: { name: outputName, shape: shapes.output, meaning: 'logits, before softmax' },
    classNames: classNames ?? null, lowered,
  };
}

const sizes = ({ dims }: ReadValue) => dims.map((size) => (size === '' ? '?' : size));

const digestOf = (bytes: Uint8Array) => ({ sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
