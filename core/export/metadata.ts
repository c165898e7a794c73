import type { Precision } from '../graph/onnx/precision.ts';
import type { Network } from '../network/network.ts';
import { networkParams } from '../network/blockGraph.ts';
import { networkMacs } from '../network/counts.ts';
import { inputName, outputName } from './onnx.ts';
import type { CalibrationFacts } from './precision/calibration.ts';

/** What a file tells about where it comes from. */
export interface Provenance {
  readonly version: string;
  /** The architecture in its space's JSON form. */
  readonly architecture: unknown;
  /** In the order of the logits. */
  readonly classNames?: readonly string[];
  /** The network's input is (value / 255 - mean) / std, per channel R, G, B. */
  readonly normalisation?: { readonly mean: readonly number[]; readonly std: readonly number[] };
  /** Name of the study that the architecture, and unless they are untrained its weights, come from. */
  readonly study?: string;
  /** Of the study, or of untrained weights. */
  readonly seed: number;
  /** Said of weights that nothing has been learned with. */
  readonly weightsOrigin?: 'untrained';
}

/** What is told of a file itself, besides. */
export interface FileFacts extends Provenance {
  /** Of weights and calculations; what goes in and comes out is always float32. */
  readonly precision: Precision;
  /** Of int8. */
  readonly calibration?: CalibrationFacts;
}

const prefix = 'pocketformer.';

/** How images become numbers, as metadata tells it. */
export const normalisationFacts = (normalisation: Provenance['normalisation']) =>
  ({ normalisation, normalisationFormula: normalisation && '(value / 255 - mean) / std, per channel' });

/** What is said of weights that nothing was learned with. */
export const originText = (origin: Provenance['weightsOrigin']) => origin && `${origin}, initialised from the seed`;

/** A file's metadata: texts by key, everything that is no text as JSON. */
export function metadataOf(network: Network, facts: FileFacts): Record<string, string> {
  const { version, architecture, classNames, normalisation, study, seed, weightsOrigin, precision, calibration } = facts;
  const { space, resolution, classes } = network;
  const values: Record<string, unknown> = {
    version, space, architecture, resolution, classes, classNames, precision, calibration,
    input: `${inputName}: float32 [batch, 3, height, width], channels R, G, B`,
    ...normalisationFacts(normalisation),
    output: `${outputName}: float32 [batch, classes], before softmax`,
    study, seed, weights: originText(weightsOrigin), macs: networkMacs(network), params: networkParams(network),
  };
  return metadataTexts(values);
}

/** Facts as a file keeps them; what is undefined is left out. */
export function metadataTexts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)
    .map(([key, value]) => [prefix + key, typeof value === 'string' ? value : JSON.stringify(value)]));
}
