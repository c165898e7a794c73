import { z } from 'zod';

/*
 * What goes over the wire between the window and the core: seven kinds of messages, the same over every transport. The
 * client chooses the ids; one id names one request or one subscription as long as it lasts.
 */

const id = z.int().min(0);

/** What a person needs to know about a failure, and what a program can tell failures apart by. */
export const failureSchema = z.object({ code: z.string(), message: z.string(), details: z.unknown().optional() });
export type Failure = z.output<typeof failureSchema>;

export const clientMessageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('request'), id, method: z.string(), input: z.unknown() }),
  /** The request's answer is not wanted any more. It is still answered, with the code `cancelled` if it stopped in time. */
  z.object({ kind: z.literal('cancel'), id }),
  /** `since`: sequence number of the last event that the client knows; what came after it is sent first. */
  z.object({ kind: z.literal('subscribe'), id, topic: z.string(), params: z.unknown(), since: z.number().optional() }),
  z.object({ kind: z.literal('unsubscribe'), id }),
]);
export type ClientMessage = z.output<typeof clientMessageSchema>;

export const serverMessageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('result'), id, value: z.unknown() }),
  /** Ends a request or a subscription. */
  z.object({ kind: z.literal('error'), id, error: failureSchema }),
  /** To a subscription: something happened; to a request: its progress. */
  z.object({ kind: z.literal('event'), id, seq: z.number(), payload: z.unknown() }),
]);
export type ServerMessage = z.output<typeof serverMessageSchema>;

/** Carries messages in order, each whole, both ways. Data are what structured cloning copies, typed arrays included. */
export interface Transport {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when the other side is gone or `close` was called. */
  onClose(listener: () => void): void;
  close(): void;
}
