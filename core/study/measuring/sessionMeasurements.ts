import { existsSync } from 'node:fs';
import type { Measurement } from '../../latency/measurements/record.ts';
import type { ModelToMeasure, Profiler } from '../../latency/profilers/profiler.ts';
import { entrySchema } from '../../latency/protocol/entries.ts';
import { measurementOf } from '../../latency/protocol/measurementOf.ts';
import { readRecords } from '../recordLog.ts';
import { replay, sessionPaths } from './sessionFolder.ts';

/**
 * What a session has measured so far, also when its process was killed before it could write that down.
 * @throws InputError `damaged-records`
 */
export async function sessionMeasurements(folder: string, models: readonly ModelToMeasure[], way: Profiler['way']): Promise<Measurement[]> {
  const { entries: path } = sessionPaths(folder);
  if (!existsSync(path)) return [];
  const { records } = await readRecords(path, entrySchema);
  if (records.length === 0) return [];
  const session = replay(records, path);
  return models.map((model) => measurementOf(model, session, way)).filter((each) => each !== undefined);
}
