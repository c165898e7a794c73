import { createHash } from 'node:crypto';
import { z } from 'zod';
import { EnvironmentError, InputError } from '../../../base/errors.ts';
import { pocketformerVersion } from '../../studyInfo.ts';
import { canonicalJson } from '../exactJson.ts';
import { codeHash } from './codeHash.ts';
import { workSchema, type Work } from './work.ts';

/** Changes with what chunks or results look like, or with how they travel. */
export const protocolVersion = 2;

/** Who may work together: only equal versions, made of the same code, give equal results. */
export const versionsSchema = z.object({
  protocol: z.int(), pocketformer: z.string(),
  /** See `codeHash`; the first protocol had none. */
  code: z.string().optional(),
});
export type Versions = z.output<typeof versionsSchema>;

export const ownVersions = (): Versions => ({ protocol: protocolVersion, pocketformer: pocketformerVersion(), code: codeHash() });

export const sameVersions = (a: Versions, b: Versions) => a.protocol === b.protocol && a.pocketformer === b.pocketformer && a.code === b.code;

export const versionsText = ({ pocketformer, protocol, code }: Versions) => `Pocketformer ${pocketformer} (protocol ${protocol}, code ${code?.slice(0, 8) ?? 'unknown'})`;

/** A piece of work that one worker does at a time; plain data. */
export interface Chunk {
  readonly versions: Versions;
  readonly work: Work;
  readonly archs: readonly unknown[];
}

export const chunkOf = (work: Work, archs: readonly unknown[]): Chunk => ({ versions: ownVersions(), work, archs });

/** The hash of all that decides the results: whoever asks for the same chunk again asks for the same results. */
export function chunkId(chunk: Chunk): string {
  return createHash('sha256').update(canonicalJson(chunk)).digest('hex');
}

const envelopeSchema = z.object({ versions: versionsSchema, work: z.unknown(), archs: z.array(z.unknown()).min(1) });

/**
 * A chunk that came from elsewhere.
 * @throws EnvironmentError `queue-version`; InputError `invalid-chunk`
 */
export function readChunk(value: unknown): Chunk {
  const envelope = envelopeSchema.safeParse(value);
  if (!envelope.success) throw new InputError('invalid-chunk', 'What was found in place of a chunk of work is none.', { cause: envelope.error });
  const { versions, archs } = envelope.data;
  if (!sameVersions(versions, ownVersions())) {
    throw new EnvironmentError('queue-version', `A chunk of work was made by ${versionsText(versions)}; this is ${versionsText(ownVersions())}. Use the same version everywhere.`);
  }
  const work = workSchema.safeParse(envelope.data.work);
  if (!work.success) throw new InputError('invalid-chunk', `A chunk of work says nothing that can be done: ${z.prettifyError(work.error).replace(/\s+/g, ' ')}.`, { cause: work.error });
  return { versions, work: work.data, archs };
}
