import { z } from 'zod';
import { bytes, count, path, spread } from './common.ts';

const settingProblem = z.object({
  path: z.array(z.union([z.string(), z.number()])), line: count.nullable(), text: z.string(),
});
/** What a file being written is to become. */
export const draftKind = z.enum(['study', 'training', 'transfer']);
/** A file being written: its text, and the folder that its relative paths start from. */
export const draftText = z.object({ text: z.string(), baseDir: path });
const anyDraft = draftText.extend({ of: draftKind.default('study') });
const checkedDraft = z.object({
  problems: z.array(settingProblem),
  /** Worth knowing, but no obstacle. */
  hints: z.array(settingProblem),
  /** With all defaults, and what a published recipe says; null while a setting by itself is not acceptable. */
  settings: z.unknown().nullable(),
});
/** A file to begin with. */
export const template = z.object({ id: z.string(), title: z.string(), description: z.string(), text: z.string() });

export const draftMethods = {
  'draft.fields': {
    input: z.object({ of: draftKind.default('study') }),
    output: z.array(z.object({
      path: z.array(z.string()), title: z.string(), help: z.string(), kind: z.enum(['text', 'number', 'integer', 'boolean', 'choice', 'list', 'group']),
      /** Of what a list is; of a number, that a list of these is accepted in its place. */
      items: z.enum(['text', 'number', 'group']).optional(),
      /** What is taken where nothing is written. */
      default: z.unknown().optional(),
      choices: z.array(z.string()).optional(), min: z.number().optional(), max: z.number().optional(),
      /** `min` itself is not accepted. */
      isOpenBelow: z.boolean().optional(), isRequired: z.boolean(),
      /** The field is of use only while another setting has one of these values; `default` is what that one has when not written. */
      when: z.object({ path: z.array(z.string()), values: z.array(z.string()), default: z.string().optional() }).optional(),
      /** The field is of use only in studies that train, or only in those that score. */
      sort: z.enum(['training', 'scoring']).optional(),
    })),
  },
  'draft.check': { input: anyDraft, output: checkedDraft },
  /** Sets or removes (`value` undefined or null) settings in a study file's text, keeping its comments and layout. */
  'draft.edit': {
    input: anyDraft.extend({ changes: z.array(z.object({ path: z.array(z.union([z.string(), z.number()])), value: z.unknown() })) }),
    output: checkedDraft.extend({ text: z.string() }),
  },
  /** What a study would look at. */
  'draft.estimate': {
    input: draftText,
    output: z.object({
      /** Distinct architectures, as digits: it can exceed what numbers hold. */
      architectures: z.string(),
      macs: spread, params: spread,
      latencies: z.array(z.object({
        device: z.string(), latencyMs: spread, extrapolated: z.boolean(),
        /** Share of sampled architectures within the device's limit; null without one. */
        withinLimit: z.number().nullable(),
      })),
      plannedEvaluations: count,
      /** Null where nothing is trained. */
      trainingSteps: count.nullable(), trainImages: count.nullable(),
      notes: z.array(z.string()),
    }),
  },
  /** The images of a study, training or transfer. */
  'draft.inspectData': {
    input: anyDraft.extend({ thumbnailsPerClass: z.int().min(0).max(16) }),
    output: z.object({
      classes: z.array(z.object({ name: z.string(), train: count, val: count, thumbnails: z.array(bytes) })),
      trainImages: count, valImages: count, imageSize: count,
      problems: z.array(z.string()),
    }),
  },
  /** Trains or scores for some seconds to find out how long all of it would take. */
  'draft.probe': {
    input: anyDraft.extend({ seconds: z.number().min(1).max(60) }),
    progress: z.object({ fraction: z.number(), words: z.string() }),
    output: z.object({
      /** Of training; null where nothing is trained. */
      imagesPerSecond: z.number().nullable(), secondsPerStep: z.number().nullable(), secondsPerEvaluation: z.number(),
      dataSeconds: z.number(), trainingSeconds: z.number(), evaluationSeconds: z.number(), searchSeconds: z.number(), exportSeconds: z.number(), totalSeconds: z.number(),
      peakMemoryBytes: z.number(),
    }),
  },
} as const;
