import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { effectiveEvents } from '../../../../core/study/eventTypes.ts';
import type { StudyEvent } from '../../../../core/study/eventTypes.ts';

/** What a study's folder says, read by the tests themselves and not by way of the window. */

/** The events of a study's history, without what was done again after a resume. */
export function eventsOf(directory: string): StudyEvent[] {
  const lines = readFileSync(join(directory, 'events.ndjson'), 'utf8').split('\n').slice(0, -1);
  return [...effectiveEvents(lines.map((line) => JSON.parse(line) as StudyEvent))];
}

export interface Evaluated { readonly latencyMs: number; readonly accuracy: number }

export function evaluatedOn(directory: string, device: string): Evaluated[] {
  return eventsOf(directory).flatMap((event) => {
    if (event.kind !== 'evaluation') return [];
    const [accuracy, latencyMs] = [event.accuracy, event.latencyMs?.[device]];
    if (typeof accuracy !== 'number' || typeof latencyMs !== 'number') throw new Error(`An evaluation in ${directory} lacks its numbers.`);
    return [{ accuracy, latencyMs }];
  });
}

/** The point from which hypervolumes on a device are measured. */
export function referenceOf(directory: string, device: string): Evaluated {
  const fronts = JSON.parse(readFileSync(join(directory, 'results', 'fronts.json'), 'utf8')) as { devices: { device: string; referencePoint: Evaluated }[] };
  return fronts.devices.find((one) => one.device === device)!.referencePoint;
}

/** The area that points dominate up to a reference point, summed up in slices between neighbouring latencies. */
export function dominatedArea(points: readonly Evaluated[], reference: Evaluated): number {
  const inside = points.filter((point) => point.latencyMs < reference.latencyMs && point.accuracy > reference.accuracy);
  const cuts = [...new Set(inside.map((point) => point.latencyMs)), reference.latencyMs].sort((a, b) => a - b);
  return cuts.slice(0, -1).reduce((area, from, i) => {
    const best = Math.max(...inside.filter((point) => point.latencyMs <= from).map((point) => point.accuracy));
    return area + (cuts[i + 1] - from) * (best - reference.accuracy);
  }, 0);
}

/** The only study in a library whose folder's name begins so. */
export function studyFolder(library: string, beginsWith: string): string {
  const names = readdirSync(library).filter((name) => name.startsWith(beginsWith));
  if (names.length !== 1) throw new Error(`Expected one study that begins with "${beginsWith}", found ${names.join(', ') || 'none'}.`);
  return join(library, names[0]);
}
