import { blockMacs } from '../../network/counts.ts';
import { networkParams } from '../../network/blockGraph.ts';
import type { Backbone } from '../../network/backbone.ts';
import { inputName } from '../onnx.ts';
import { metadataTexts, normalisationFacts, originText, type Provenance } from '../metadata.ts';
import type { Precision } from '../../graph/onnx/precision.ts';

/** A map that comes out of a file. */
export interface OutputFacts {
  readonly name: string;
  readonly stride: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** What a detector must know to build on a backbone. */
export interface BackboneFacts {
  readonly imageSize: Backbone['imageSize'];
  /** Zeros that the file itself adds. */
  readonly padding: Backbone['padding'];
  readonly outputs: readonly OutputFacts[];
  /** Trainable parameters, the head's left out; tables of positions are those for this size. */
  readonly params: number;
  /** Multiply-accumulates of one image, padding included. */
  readonly macs: number;
}

export function backboneFacts({ network, imageSize, padding, levels }: Backbone): BackboneFacts {
  return {
    imageSize, padding, params: networkParams(network), macs: network.blocks.reduce((sum, block) => sum + blockMacs(block), 0),
    outputs: levels.map(({ name, stride, shape: { channels, height, width } }) => ({ name, stride, channels, height, width })),
  };
}

interface Origin extends Provenance {
  /** Side of the images that the whole classifier is for. */
  readonly classifierResolution: number;
  readonly precision: Precision;
  readonly batch: number | 'dynamic';
}

/** A backbone's metadata; without classes or one resolution, so that nobody takes the file for a classifier's. */
export function backboneMetadata(backbone: Backbone, origin: Origin): Record<string, string> {
  const { version, architecture, classifierResolution, normalisation, study, seed, weightsOrigin, precision } = origin;
  const { imageSize, padding, outputs, params, macs } = backboneFacts(backbone);
  return metadataTexts({
    version, space: backbone.network.space, architecture, part: 'backbone', classifierResolution, precision, imageSize, padding,
    input: `${inputName}: float32 [batch, 3, ${imageSize.height}, ${imageSize.width}], channels R, G, B`, ...normalisationFacts(normalisation),
    outputs, study, seed, weights: originText(weightsOrigin), macs, params,
  });
}

const batchText = (batch: Origin['batch']) => (batch === 'dynamic' ? 'batch' : batch);

/** The same for the JSON file beside the ONNX file. @param file the latter's name */
export function backboneDescription(backbone: Backbone, origin: Origin, file: string): Record<string, unknown> {
  const { version, architecture, classifierResolution, normalisation, study, seed, weightsOrigin, precision, batch } = origin;
  const { imageSize, outputs, ...rest } = backboneFacts(backbone);
  const shape = (channels: number, height: number, width: number) => [batchText(batch), channels, height, width];
  return {
    format: 'pocketformer-backbone', version: 1, file, pocketformer: version, space: backbone.network.space, architecture, classifierResolution, precision, ...rest,
    input: { name: inputName, type: 'float32', shape: shape(3, imageSize.height, imageSize.width), channels: 'RGB', normalisation: normalisation ?? null },
    outputs: outputs.map(({ name, stride, channels, height, width }) => ({ name, stride, channels, type: 'float32', shape: shape(channels, height, width) })),
    weights: weightsOrigin ?? 'trained', study: study ?? null, seed,
  };
}
