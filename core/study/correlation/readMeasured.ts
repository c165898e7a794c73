import { parseJsonText } from '../../spaces/jsonText.ts';
import { readText } from '../textFile.ts';
import { parseMeasuredCsv } from './measuredCsv.ts';
import { parseMeasuredJson } from './measuredJson.ts';
import type { MeasuredSet } from './measuredSet.ts';
import { isVitBench, parseVitBench } from './vitBench.ts';

/**
 * Reads architectures with measured accuracies: Pocketformer's own JSON or CSV, or ViT-Bench-101's JSON.
 * @param space of rows that name none
 * @throws InputError `missing-file`, `not-a-text-file`, `invalid-json`, `invalid-csv`, `invalid-accuracies`, `unknown-space`,
 * `invalid-architecture`
 */
export async function readMeasured(path: string, space?: string): Promise<MeasuredSet> {
  const text = await readText(path);
  if (!/^\uFEFF?\s*[{[]/.test(text)) return parseMeasuredCsv(text, path, space);
  const json = parseJsonText(text.replace(/^\uFEFF/, ''), path);
  return isVitBench(json) ? parseVitBench(json, path) : parseMeasuredJson(json, path, space);
}
