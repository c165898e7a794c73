import { z } from 'zod';
import { recipeSchema } from '../../training/recipe/settings.ts';
import { trainingResultSchema } from '../networkTraining/trainingResult.ts';
import { readResult } from '../readResult.ts';
import { transferPaths } from './transferPlan.ts';

const accuracy = z.number();

/** A network before and after its transfer. */
const networkReportSchema = z.object({
  id: z.string(),
  key: z.string(),
  /** Under which the space publishes it. */
  name: z.string().optional(),
  arch: z.unknown(),
  /** Devices whose winner it is. */
  winnerOn: z.array(z.string()),
  /** With the supernet's weights, on the study's own images. */
  accuracyBefore: accuracy,
  /** Over seeds; the deviation (n - 1) is null for a single one. */
  accuracy: z.object({ mean: accuracy, deviation: z.number().nullable(), seeds: z.int() }),
  /** Of the mean over seeds, with 95 % probability (Student's t); null for a single seed. */
  interval: z.object({ low: accuracy, high: accuracy }).nullable(),
  runs: z.array(z.object({ seed: z.int(), accuracy, directory: z.string() })),
  macs: z.number(),
  params: z.number(),
});
export type NetworkReport = z.output<typeof networkReportSchema>;

/** A network on a device, as it is after the transfer. */
const deviceRowSchema = z.object({
  id: z.string(),
  latencyMs: z.number(),
  lowMs: z.number(),
  highMs: z.number(),
  withinBudget: z.boolean(),
  isWinner: z.boolean(),
  /** Whether it is on the front of mean accuracies and latencies, among all networks within the budget. */
  onFront: z.boolean(),
  /** Seeds with which it is on the front of that seed's accuracies. */
  frontSeeds: z.int(),
});
export type DeviceRow = z.output<typeof deviceRowSchema>;

const deviceReportSchema = z.object({
  device: z.string(),
  maxMs: z.number().optional(),
  /** By ascending latency. */
  rows: z.array(deviceRowSchema),
  /** Kendall's tau-b of the accuracies before and after, of the networks that won on the device; null where it is not defined. */
  tau: z.number().nullable(),
});
export type DeviceReport = z.output<typeof deviceReportSchema>;

/** What a transfer has found; `results/transfer.json` holds it. */
export const transferReportSchema = z.object({
  format: z.literal('pocketformer-transfer'),
  version: z.literal(1),
  name: z.string(),
  /** The study's name. */
  study: z.string(),
  space: z.string(),
  runs: z.int(),
  finishedRuns: z.int(),
  freeze: recipeSchema.shape.freeze.unwrap(),
  preset: z.string().nullable(),
  data: trainingResultSchema.shape.data,
  networks: z.array(networkReportSchema),
  devices: z.array(deviceReportSchema),
  /** Of all networks. */
  tau: z.number().nullable(),
});
export type TransferReport = z.output<typeof transferReportSchema>;

/** As the last run that ended has left it; undefined before the first one. @throws InputError `damaged-result` */
export function keptReport(directory: string): Promise<TransferReport | undefined> {
  return readResult(transferPaths(directory).summary, transferReportSchema, 'is not the report of a transfer; was it edited?');
}
