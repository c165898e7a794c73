import { z } from 'zod';
import { accuracyObjective, oriented } from './objective.ts';
import type { FrontEntry, SearchResult } from './result.ts';
import { objectiveSchema } from './state.ts';

/*
 * Two versions of `fronts.json`: version 1 holds accuracies, as all studies did once and those that train still do; version 2
 * says what its `score`s are, and holds them as the proxy gives them, whichever direction is better.
 */

const named = { id: z.string(), key: z.string(), name: z.string().optional(), arch: z.unknown() };
const costs = { macs: z.number(), params: z.number().optional() };

function deviceSchema<V extends z.ZodRawShape>(value: V) {
  return z.object({
    device: z.string(),
    maxMs: z.number().optional(),
    front: z.array(z.object({ ...named, ...value, latencyMs: z.number(), lowMs: z.number(), highMs: z.number(), ...costs })),
    hypervolume: z.number(),
    normalizedHypervolume: z.number(),
    referencePoint: z.object({ latencyMs: z.number(), ...value }),
    evaluated: z.number(),
    progress: z.array(z.object({ evaluations: z.number(), hypervolume: z.number() })),
    evaluationsTo95Percent: z.number().nullable().optional(),
  });
}

const common = { format: z.literal('pocketformer-fronts'), space: z.string(), classes: z.number(), evaluations: z.number() };
const ofAccuracies = z.object({ ...common, version: z.literal(1), devices: z.array(deviceSchema({ accuracy: z.number() })) });
const ofScores = z.object({
  ...common, version: z.literal(2), objective: objectiveSchema, invalid: z.number(), devices: z.array(deviceSchema({ score: z.number() })),
  top: z.array(z.object({ ...named, score: z.number(), ...costs, latencyMs: z.record(z.string(), z.number()) })),
});
type AccuraciesFile = z.output<typeof ofAccuracies>;
type ScoresFile = z.output<typeof ofScores>;

/** Reads what `resultFile` made. */
export const searchResultSchema = z.discriminatedUnion('version', [ofAccuracies, ofScores])
  .transform((file): SearchResult => (file.version === 1 ? fromAccuracies(file) : fromScores(file)));

/** A search's result in the form of its file; plain JSON. */
export function resultFile(result: SearchResult): AccuraciesFile | ScoresFile {
  const { space, classes, objective, evaluations, invalid } = result;
  const common = { space, classes, evaluations };
  if (objective.kind === 'accuracy') {
    return {
      format: 'pocketformer-fronts', version: 1, ...common,
      devices: result.devices.map((device) => renamed(device, ({ value }) => ({ accuracy: value }))),
    };
  }
  const score = ({ value }: { value: number }) => ({ score: oriented(objective, value) });
  return {
    format: 'pocketformer-fronts', version: 2, ...common, objective, invalid,
    devices: result.devices.map((device) => renamed(device, score)),
    top: result.top.map((one) => inPlace(one, score)),
  };
}

/** A device's front with another field in the place of each value. */
function renamed<V>(device: SearchResult['devices'][number], field: (one: { value: number }) => V) {
  const { front, progress, referencePoint, ...rest } = device;
  const { device: name, maxMs, ...measures } = rest;
  const { hypervolume, normalizedHypervolume, evaluated, ...last } = measures;
  return {
    device: name, ...(maxMs === undefined ? {} : { maxMs }),
    front: front.map((entry) => inPlace(entry, field)),
    hypervolume, normalizedHypervolume,
    referencePoint: { latencyMs: referencePoint.latencyMs, ...field(referencePoint) },
    evaluated, progress: progress.map((step) => ({ ...step })), ...last,
  };
}

/** Files keep their fields in the order in which people read them. */
function inPlace<E extends Pick<FrontEntry, 'id' | 'key' | 'name' | 'arch' | 'value'>, V>(entry: E, field: (one: { value: number }) => V) {
  const { id, key, name, arch, value, ...rest } = entry;
  return { id, key, ...(name === undefined ? {} : { name }), arch, ...field({ value }), ...rest };
}

function fromAccuracies({ space, classes, evaluations, devices }: AccuraciesFile): SearchResult {
  return {
    space, classes, objective: accuracyObjective, evaluations, invalid: 0, top: [],
    devices: devices.map(({ front, referencePoint, ...device }) => ({
      ...device,
      front: front.map(({ accuracy: value, ...entry }) => ({ ...entry, value })),
      referencePoint: { latencyMs: referencePoint.latencyMs, value: referencePoint.accuracy },
    })),
  };
}

function fromScores({ space, classes, objective, evaluations, invalid, devices, top }: ScoresFile): SearchResult {
  const valued = <E extends { score: number }>({ score, ...rest }: E) => ({ ...rest, value: oriented(objective, score) });
  return {
    space, classes, objective, evaluations, invalid,
    top: top.map(valued),
    devices: devices.map(({ front, referencePoint, ...device }) => ({ ...device, front: front.map(valued), referencePoint: valued(referencePoint) })),
  };
}

