import { z } from 'zod';
import { eventSchema } from '../../study/eventTypes.ts';
import { transferReportSchema } from '../../study/transfer/report.ts';
import { accuracy, count, nothing, path, problem, time } from './common.ts';
import { draftText, template } from './drafts.ts';
import { scheduleEstimate } from './trainings.ts';

/** Name of a transfer's folder in the library. */
const transfer = z.string().min(1);
const status = z.enum(['created', 'running', 'interrupted', 'failed', 'finished']);

/** A study's winners on other images. */
export const transferRow = z.object({
  transfer, directory: path, name: z.string(),
  /** The study's name. */
  study: z.string().nullable(),
  space: z.string().nullable(), status, created: time.or(z.literal('')), networks: count,
  /** All trainings, in the order in which they are run. */
  runs: z.array(z.object({
    /** Name of its folder. */
    run: z.string(),
    /** Of the network, with the name under which its space publishes it. */
    id: z.string(), name: z.string().nullable(),
    seed: count, status,
    /** On the validation images; null before it is finished. */
    accuracy: accuracy.nullable(),
  })),
  /** Another process, such as a command in a terminal, has it. */
  runsElsewhere: z.boolean(),
  /** Why it cannot be read. */
  problem: problem.nullable(),
});

const ofTransfer = { input: z.object({ transfer }), output: nothing } as const;

export const transferMethods = {
  'transfers.list': { input: nothing, output: z.array(transferRow) },
  'transfers.get': {
    input: z.object({ transfer }),
    output: z.object({
      row: transferRow, text: z.string(), baseDir: path,
      /** After the last training that has ended; null before the first one. */
      report: transferReportSchema.nullable(),
      /** The report as Markdown and as an SVG picture. */
      table: z.string().nullable(), figure: z.string().nullable(),
    }),
  },
  'transfers.templates': { input: nothing, output: z.array(template) },
  /** Makes a transfer in the library; what it trains is settled from then on. */
  'transfers.create': { input: draftText.extend({ start: z.boolean() }), output: z.object({ transfer }) },
  /** What a transfer would train, without reading images or weights. */
  'transfers.estimate': {
    input: draftText,
    output: scheduleEstimate.extend({
      networks: z.array(z.object({
        id: z.string(), name: z.string().optional(),
        /** Whose winner it is. */
        devices: z.array(z.string()),
        /** With the supernet's weights, on the study's own images. */
        accuracy,
        /** Of one image. */
        macs: count, params: count,
      })),
      trainings: count,
      /** Of one forward pass of every image trained on; null while the images cannot be counted. */
      trainingMacs: z.number().nullable(),
      notes: z.array(z.string()),
    }),
  },
  /** Begins a transfer, or goes on with it. Its job is among `jobs`. */
  'transfers.start': ofTransfer,
  'transfers.pause': ofTransfer,
  'transfers.unpause': ofTransfer,
  /** Ends the job at the next safe point; the transfer can be resumed. */
  'transfers.stop': ofTransfer,
} as const;

export const transferTopics = {
  /** All transfers of the library; every payload is the whole list. */
  transfers: { params: nothing, payload: z.object({ transfers: z.array(transferRow) }) },
  /** The history of one of a transfer's trainings, from the beginning and then as it grows. */
  'transfer.events': { params: z.object({ transfer, run: z.string().min(1) }), payload: z.object({ reset: z.boolean(), events: z.array(eventSchema) }) },
} as const;
