import { z } from 'zod';
import { backboneFacts } from '../../export/backbone/description.ts';
import { inputName } from '../../export/onnx.ts';
import type { OnnxFile } from '../../graph/onnx/read.ts';
import { backboneOf } from '../../network/backbone.ts';
import { architectureFacts } from './architectureFacts.ts';
import { blockTable } from './blockTable.ts';
import type { DescribedModel } from './describeModel.ts';
import { commonMetadata, requireMetadata, shapeOf } from './fileMetadata.ts';
import type { ModelCard } from './schema.ts';

const metadataSchema = z.object({
  ...commonMetadata, classifierResolution: z.int(), imageSize: z.object({ height: z.int(), width: z.int() }), outputs: z.array(z.object({ name: z.string() })),
});

/** What the file of a backbone tells of it: the same blocks at its images' size, without the head. @throws InputError `foreign-model`, and as `backboneOf` */
export function describeBackbone(model: OnnxFile, metadata: unknown, file: ModelCard['file']): DescribedModel {
  const { space: id, architecture, normalisation, classifierResolution: resolution, imageSize, outputs } = requireMetadata(metadataSchema, metadata, file.name);
  const { space, arch, title, facts } = architectureFacts(id, architecture);
  const backbone = backboneOf(space.lower(arch, { resolution }), imageSize, outputs.map(({ name }) => name));
  const { padding, params, macs } = backboneFacts(backbone);
  return {
    name: `backbone of ${title} (${id})`, file,
    network: { ...facts, resolution, classes: null, params, macs, blocks: blockTable(backbone.network) },
    input: { name: inputName, shape: shapeOf(model.inputs, inputName, file.name), type: 'float32', channels: 'R, G, B', normalisation: normalisation ?? null, preparation: null },
    output: null,
    backbone: { imageSize, padding, maps: backbone.levels.map(({ name, stride }) => ({ name, stride, shape: shapeOf(model.outputs, name, file.name) })) },
    classNames: null, lowered: backbone.network,
  };
}
