import { z } from 'zod';
import type { Chunk } from '../chunks/chunk.ts';
import { writtenSchema } from '../chunks/results.ts';
import { failureSchema } from '../../../base/failure.ts';

/** To a process that does chunks: the chunk, and the folder where the bytes that it needs lie. */
export interface DeskRequest {
  readonly chunk: Chunk;
  readonly cache: string;
}

/** From it: once when it can be asked, then what became of each chunk. */
export const deskReplySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('done'), done: writtenSchema }),
  z.object({ type: z.literal('failed'), failure: failureSchema }),
]);
export type DeskReply = z.output<typeof deskReplySchema>;
