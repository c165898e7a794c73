import { z } from 'zod';
import { eventSchema } from '../../study/eventTypes.ts';
import { accuracy, accuracyChange, arch, bytes, count, float32, float64, nothing, objective, path, precision, problem, studyId, time, uint32, value } from './common.ts';
import { draftText, template } from './drafts.ts';

export const studyStates = ['created', 'queued', 'running', 'paused', 'stopping', 'interrupted', 'failed', 'crashed', 'finished'] as const;

export const studyRow = z.object({
  id: studyId, directory: path, name: z.string(), space: z.string(), seed: count,
  engine: z.string().nullable(),
  devices: z.array(z.string()),
  state: z.enum(studyStates),
  /** It is run by another process, such as a command in a terminal: it can be watched, not controlled. */
  runsElsewhere: z.boolean(),
  created: time, updated: time,
  tags: z.array(z.string()), archived: z.boolean(),
  progress: z.object({ phase: z.string(), fraction: z.number(), remainingSeconds: z.number().optional() }).nullable(),
  best: z.array(z.object({
    device: z.string(), frontSize: count, hypervolume: z.number(), value, latencyMs: z.number(),
  })),
  /** Null while its settings cannot be read. */
  objective: objective.nullable(),
  /** Of a linear classifier on the same pixels. */
  linearAccuracy: accuracy.nullable(),
  imageSize: count.nullable(),
  /** The folder that its settings take images from, where it is not there. */
  missingImages: path.optional(),
  /** Why it cannot be read, failed or crashed. */
  problem: problem.nullable(),
});

const frontEntry = z.object({
  id: z.string(), key: z.string(), name: z.string().optional(), arch, value, latencyMs: z.number(), lowMs: z.number(),
  highMs: z.number(), macs: z.number(), params: z.number().optional(),
});
const point = z.object({ latencyMs: z.number(), value });

export const studySummary = z.object({
  /** Null in a study that needs no images. */
  data: z.object({
    classes: z.array(z.string()), trainImages: count, valImages: count, imageSize: count,
    /** Null in a study that trains nothing. */
    linearAccuracy: accuracy.nullable(),
    skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
  }).nullable(),
  evaluations: count,
  /** Evaluations without a valid score. */
  invalid: count,
  fronts: z.array(z.object({
    device: z.string(), maxMs: z.number().optional(), front: z.array(frontEntry), hypervolume: z.number(), referencePoint: point,
    progress: z.array(z.object({ evaluations: z.number(), hypervolume: z.number() })),
  })),
  exported: z.array(z.object({
    /** Relative to the study's folder. */
    path: z.string(), devices: z.array(z.string()), id: z.string(), key: z.string(), sizeBytes: count, relativeDiff: z.number(), precision,
    /** On all validation images, in the file's precision; null where the weights are untrained. */
    accuracy: accuracy.nullable(),
    /** Of other precisions than float32. */
    comparison: accuracyChange.optional(),
    /** When the file was written; null when it is not there any more. */
    time: time.nullable(),
  })),
  warnings: z.array(z.string()),
  /** By device whose latencies are extrapolated: the warning that says so. */
  extrapolated: z.record(z.string(), z.string()),
});

/** The evaluated architectures from row `from` on, a column each. Missing values are NaN. */
export const evaluationColumns = z.object({
  from: count, count, value: float64, macs: float64, params: float64,
  /** Generation of the search that asked for it. */
  batch: uint32,
  latencyMs: z.record(z.string(), float32),
});

export const studyMethods = {
  'studies.list': { input: nothing, output: z.array(studyRow) },
  'studies.get': {
    input: z.object({ study: studyId }),
    output: z.object({
      row: studyRow, text: z.string(), settings: z.unknown(),
      info: z.object({ pocketformerVersion: z.string(), node: z.string(), platform: z.string(), baseDir: path }),
      /** Null until the data were read. */
      summary: studySummary.nullable(),
      /** Exports that were asked for one by one, oldest first; a file may have been written several times. */
      exports: z.array(z.object({
        time,
        /** Relative to the study's folder with forward slashes, or absolute where it lies elsewhere. */
        path: z.string(),
        id: z.string(), key: z.string(), sizeBytes: count, relativeDiff: z.number(), batch: z.union([count, z.literal('dynamic')]), opset: count,
        precision, accuracy: accuracyChange.optional(),
        isMissing: z.boolean(),
      })),
    }),
  },
  'studies.templates': {
    input: nothing,
    output: z.array(template),
  },
  'studies.create': { input: draftText.extend({ start: z.boolean() }), output: z.object({ study: studyId }) },
  'studies.duplicate': { input: z.object({ study: studyId, name: z.string() }), output: z.object({ study: studyId }) },
  'studies.open': { input: z.object({ path }), output: z.object({ study: studyId }) },
  /** Takes a study that lies outside the library off the list; its folder stays as it is. */
  'studies.forget': { input: z.object({ study: studyId }), output: nothing },
  'studies.rename': { input: z.object({ study: studyId, name: z.string() }), output: nothing },
  'studies.setTags': { input: z.object({ study: studyId, tags: z.array(z.string()) }), output: nothing },
  'studies.setArchived': { input: z.object({ studies: z.array(studyId), archived: z.boolean() }), output: nothing },
  'studies.trash': { input: z.object({ studies: z.array(studyId) }), output: z.object({ trashed: z.array(z.string()) }) },
  'studies.restore': { input: z.object({ trashed: z.array(z.string()) }), output: z.object({ studies: z.array(studyId) }) },
  'studies.trashed': {
    input: nothing,
    output: z.array(z.object({ id: z.string(), name: z.string(), time, from: path, sizeBytes: count })),
  },
  'studies.emptyTrash': { input: nothing, output: z.object({ deleted: count }) },
  /** A file of a study's results, such as an exported model, for saving where there is no folder to reveal. */
  'studies.readFile': { input: z.object({ study: studyId, path: z.string() }), output: z.object({ name: z.string(), bytes }) },

  /** Architectures of rows of `study.evaluations`. */
  'results.rows': {
    input: z.object({ study: studyId, rows: z.array(count).max(10_000) }),
    output: z.array(z.object({ row: count, id: z.string(), key: z.string(), name: z.string().optional(), arch })),
  },
  /** The choices of architectures as numbers, a column for each dimension of the space. */
  'results.coordinates': {
    input: z.object({ study: studyId, rows: uint32 }),
    output: z.object({
      dimensions: z.array(z.object({ name: z.string(), title: z.string(), values: z.array(z.number()), column: float32 })),
    }),
  },
} as const;

export const studyTopics = {
  /** The library's list: all of it first, then what changes. */
  studies: {
    params: nothing,
    payload: z.object({ reset: z.boolean(), changed: z.array(studyRow), removed: z.array(studyId) }),
  },
  /** A study's history; sequence numbers are the events' own. After `reset`, what was known before is void. */
  'study.events': {
    params: z.object({ study: studyId }),
    payload: z.object({ reset: z.boolean(), events: z.array(eventSchema) }),
  },
  /** Everything a study has evaluated, without what was done again after a resume. */
  'study.evaluations': {
    params: z.object({ study: studyId }),
    payload: z.object({ reset: z.boolean(), columns: evaluationColumns }),
  },
} as const;
