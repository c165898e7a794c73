import { join } from 'node:path';
import { z } from 'zod';
import type { Study } from '../folder.ts';
import { readResult } from '../readResult.ts';

const accuracy = z.number().min(0).max(1);

const subnetSchema = z.object({
  /** The space's key. */
  key: z.string(),
  arch: z.unknown(),
  macs: z.number(),
  /** With the supernet's weights, on all validation images; null while it is not known. */
  inherited: accuracy.nullable(),
  /** Trained from scratch, on the same images; null while it is not known. */
  retrained: accuracy.nullable(),
});

/** What has been found so far: `results/rank-correlation.json`. */
export const rankRecordSchema = z.object({
  format: z.literal('pocketformer-rank-correlation'),
  version: z.literal(1),
  seed: z.int(),
  /** That each subnet is retrained for. */
  steps: z.int(),
  /** Of the supernet when its subnets were judged. */
  supernetSteps: z.int(),
  /** Validation images. */
  images: z.int(),
  subnets: z.array(subnetSchema),
});

export type RankRecord = z.output<typeof rankRecordSchema>;
export type RankedSubnet = RankRecord['subnets'][number];

export function rankPaths({ directory }: Pick<Study, 'directory'>) {
  return {
    record: join(directory, 'results', 'rank-correlation.json'),
    /** Of the network in training. */
    checkpoint: join(directory, 'results', 'rank-correlation.safetensors'),
  };
}

/** Undefined before the first one. @throws InputError `damaged-result` */
export function readRankRecord(study: Pick<Study, 'directory'>): Promise<RankRecord | undefined> {
  return readResult(rankPaths(study).record, rankRecordSchema, 'is not the result of a rank correlation; delete it to begin anew.');
}

export async function writeRankRecord(study: Study, record: RankRecord): Promise<void> {
  await study.writeFile(rankPaths(study).record, `${JSON.stringify(record, undefined, 1)}\n`);
}
