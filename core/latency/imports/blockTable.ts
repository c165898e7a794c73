import { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { parseJsonText } from '../../spaces/jsonText.ts';
import { blockOfKey } from '../lut/keys.ts';
import { fromSummary, type Imported } from './imported.ts';

export const isBlockTable = (text: string) => /^\uFEFF?\s*\{\s*"[a-z]+_\d+_[a-z0-9_]+"\s*:\s*-?\d/.test(text.slice(0, 500));

/**
 * Reads a table of nn-Meter: a JSON object of block keys (lut/keys.ts) and latencies in ms.
 * @throws InputError `unknown-block-key`, `invalid-json`, `unreadable-latency-table`, `implausible-latency`
 */
export function readBlockTable(text: string, source: string): Imported[] {
  const parsed = z.record(z.string(), z.number()).safeParse(parseJsonText(text.replace(/^\uFEFF/, ''), source));
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new InputError('unreadable-latency-table', `${source}: ${path.join('.') || 'the table'}: ${message}.`, { cause: parsed.error });
  }
  return Object.entries(parsed.data).map(([key, latencyMs]) => {
    blockOfKey(key);
    return fromSummary(`${source}: ${key}`, latencyMs, { statistic: 'published' }, { name: key, of: { kind: 'tableEntry', key } });
  });
}
