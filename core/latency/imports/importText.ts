import { InputError } from '../../base/errors.ts';
import { isBlockTable, readBlockTable } from './blockTable.ts';
import type { Imported } from './imported.ts';
import { importOrtProfile, isOrtProfile } from './ortProfile.ts';
import { isPerfTestOutput, isPerfTestResults, readPerfTestOutput, readPerfTestResults } from './perfTest.ts';
import { readPlainTable } from './plainTable.ts';
import { isTfliteOutput, readTfliteOutput } from './tflite.ts';

export interface ImportOptions {
  /** Blocks of the network that a profile is of. */
  readonly blocks?: readonly string[];
  /** Of architectures in plain tables that name none. */
  readonly space?: string;
}

/** Forms that are recognised by their content, for people. */
export const importForms = "a profile of ONNX Runtime, the output or result file of onnxruntime_perf_test, the output of TensorFlow Lite's benchmark_model, "
  + 'a latency table of nn-Meter, or CSV, a JSON array or JSON lines with the columns name, arch and latencyMs';

/**
 * Reads what others measured, in whichever form it is.
 * @throws InputError naming file, line and field; `model-needed` for a profile whose network is not known
 */
export function importText(text: string, source: string, { blocks, space }: ImportOptions = {}): Imported[] {
  if (text.trim() === '') throw new InputError('unknown-import', `${source}: is empty; expected ${importForms}.`);
  if (isOrtProfile(text)) {
    if (blocks === undefined) {
      throw new InputError('model-needed', `${source}: is a profile, whose kernels can be told apart only by the model; expected --model F.onnx, exported by Pocketformer.`);
    }
    return [importOrtProfile(text, blocks, source)];
  }
  if (isPerfTestOutput(text)) return [readPerfTestOutput(text, source)];
  if (isTfliteOutput(text)) return [readTfliteOutput(text, source)];
  if (isBlockTable(text)) return readBlockTable(text, source);
  if (isPerfTestResults(text)) return readPerfTestResults(text, source);
  return readPlainTable(text, source, space);
}
