import { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { inputName, outputName } from '../../export/onnx.ts';
import { precisionOf } from '../../graph/onnx/precision.ts';
import { readModel } from '../../graph/onnx/read.ts';
import { networkParams } from '../../network/blockGraph.ts';
import { networkMacs } from '../../network/counts.ts';
import type { Network } from '../../network/network.ts';
import { architectureFacts } from './architectureFacts.ts';
import { blockTable } from './blockTable.ts';
import { describeBackbone } from './describeBackbone.ts';
import { commonMetadata, digestOf, ownMetadata, requireMetadata, shapeOf } from './fileMetadata.ts';
import type { ModelCard } from './schema.ts';

/** What a model tells by itself: the part of its card that nobody has to be asked for. */
export interface DescribedModel extends Pick<ModelCard, 'name' | 'file' | 'network' | 'input' | 'output' | 'backbone' | 'classNames'> {
  readonly lowered: Network;
}

const metadataSchema = z.object({
  ...commonMetadata, resolution: z.int(), classes: z.int(), classNames: z.array(z.string()).nullish(),
  calibration: z.object({ images: z.int(), source: z.string(), ranges: z.string() }).optional(),
});
type Told = z.output<typeof metadataSchema>;

/**
 * Reads an ONNX file that Pocketformer wrote, a classifier or a backbone.
 * @param name of the file
 * @throws InputError `not-onnx`, or `foreign-model` for one that does not tell its architecture
 */
export function describeOnnx(bytes: Uint8Array, name: string): DescribedModel {
  let model;
  try {
    model = readModel(bytes);
  } catch (cause) {
    throw new InputError('not-onnx', `${name}: is no ONNX file.`, { cause });
  }
  const metadata = ownMetadata(model);
  const file = { ...digestOf(bytes), name, format: 'onnx', precision: precisionOf(model), opset: model.opsets[''] } as const;
  if (metadata.part === 'backbone') return describeBackbone(model, metadata, file);
  const told = requireMetadata(metadataSchema, metadata, name);
  return describe(told, { ...file, ...(told.calibration && { calibration: told.calibration }) }, {
    input: shapeOf(model.inputs, inputName, name), output: shapeOf(model.outputs, outputName, name),
  });
}

/** Weights without a graph, which others tell about. @param name of the file */
export function describeWeights(bytes: Uint8Array, name: string, told: Told): DescribedModel {
  const { resolution, classes } = told;
  return describe(told, { ...digestOf(bytes), name, format: 'safetensors', precision: 'float32' }, { input: ['batch', 3, resolution, resolution], output: ['batch', classes] });
}

function describe({ space: id, architecture, resolution, classes, classNames, normalisation }: Told, file: ModelCard['file'], shapes: Record<'input' | 'output', (number | string)[]>): DescribedModel {
  const { space, arch, title, facts } = architectureFacts(id, architecture);
  const lowered = space.lower(arch, { resolution, classes });
  return {
    name: `${title} (${id})`, file,
    network: { ...facts, resolution, classes, params: networkParams(lowered), macs: networkMacs(lowered), blocks: blockTable(lowered) },
    input: { name: inputName, shape: shapes.input, type: 'float32', channels: 'R, G, B', normalisation: normalisation ?? null, preparation: null },
    output: { name: outputName, shape: shapes.output, meaning: 'logits, before softmax' },
    classNames: classNames ?? null, lowered,
  };
}
