import { parseMeasurements, type PlacedMeasurement } from '../latency/measurements/parseMeasurements.ts';
import { readText } from './textFile.ts';

/** The measurements of several files of JSON lines, in their order. @throws InputError naming file, line and field */
export async function readMeasurements(paths: readonly string[]): Promise<PlacedMeasurement[]> {
  const placed: PlacedMeasurement[] = [];
  for (const path of paths) placed.push(...parseMeasurements(await readText(path), path));
  return placed;
}
