import { InputError } from '../base/errors.ts';
import type { AccuracyChange } from '../export/accuracyChange.ts';
import type { Precision } from '../graph/onnx/precision.ts';
import type { ScoringSettings } from '../scoring/settings.ts';
import type { SearchResult } from '../search/result.ts';
import { summaryFileSchema } from './summaryFile.ts';
import { readText } from './textFile.ts';

/** What a study has found so far; summaryFile.ts has the form in which `results/summary.json` stores it. */
export interface StudySummary {
  readonly name: string;
  readonly space: string;
  readonly seed: number;
  /** Null while none was needed. */
  readonly engine: string | null;
  /** Of a study that trains nothing; otherwise null. */
  readonly scoring: ScoringSettings | null;
  /** Null in a study that needs no images. */
  readonly data: DataSummary | null;
  /** Null until the search is over. */
  readonly result: SearchResult | null;
  readonly exported: readonly ExportedModel[];
  readonly warnings: readonly string[];
  /** By device, the hash of the model that the latencies are of (latency/modelHash.ts); studies from before it was written down have none. */
  readonly deviceModels?: Readonly<Record<string, string>>;
}

export interface DataSummary {
  readonly id: string;
  readonly classes: readonly string[];
  readonly trainImages: number;
  readonly valImages: number;
  readonly imageSize: number;
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  /** Accuracy of a linear classifier on the same pixels; null in a study that trains nothing. */
  readonly linearAccuracy: number | null;
}

export interface ExportedModel {
  /** Relative to the study's folder. */
  readonly path: string;
  /** Devices whose front the architecture is on, with its id there. */
  readonly devices: readonly string[];
  readonly id: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly precision: Precision;
  /** On all validation images, of what was written: measured on the exported weights or, in other precisions than float32, of the file; null for untrained weights. */
  readonly accuracy: number | null;
  /** Of other precisions than float32, trained: how the file's answers compare with the float32 network's. */
  readonly comparison?: AccuracyChange;
  /** Largest difference between ONNX Runtime and the training engine, relative to the logits' scale. */
  readonly relativeDiff: number;
}

/** @throws InputError `no-summary` before the study's data were read, `damaged-summary` */
export async function readSummary(path: string): Promise<StudySummary> {
  let text: string;
  try {
    text = await readText(path);
  } catch (error) {
    if (error instanceof InputError && error.code === 'missing-file') {
      throw new InputError('no-summary', `${path}: there are no results yet; the study stopped before its data were read.`, { cause: error });
    }
    throw error;
  }
  try {
    return summaryFileSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new InputError('damaged-summary', `${path}: is not a study's summary; was it edited?`, { cause: error });
  }
}
