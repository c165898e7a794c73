import { z } from 'zod';
import { plausibleMs } from '../../measurements/record.ts';
import type { RoundLength } from '../profiler.ts';

/* What the page and the server say to each other, as JSON over a socket. Anyone may hold the other end: all is checked. */

/** Largest message of a page; the output of a large block is a few MB. */
export const maxMessageBytes = 16 * 2 ** 20;
/** Samples of one round, at most. */
const maxSamples = 100_000;

/** Without control characters: these texts reach terminals. */
const words = (most: number) => z.string().max(most).transform((text) => text.replace(/\p{C}/gu, ' ').trim());

export const pageFactsSchema = z.strictObject({
  userAgent: words(500),
  /** As the browser names the phone; empty where it does not. */
  model: words(100),
  platform: words(100),
  platformVersion: words(100),
  processors: z.int().min(1).max(1024),
  isSecureContext: z.boolean(),
  crossOriginIsolated: z.boolean(),
  hasWebGpu: z.boolean(),
  isVisible: z.boolean(),
  keepsAwake: z.boolean(),
  /** Smallest step of the page's clock. */
  timerStepMs: z.number().positive().max(1000),
});
export type PageFacts = z.infer<typeof pageFactsSchema>;

const id = z.int().min(1);

export const pageMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hello'), version: z.literal(1), facts: pageFactsSchema }),
  z.strictObject({
    type: z.literal('measured'), id,
    warmUpRuns: z.int().min(1).max(1_000_000),
    /** Of one run each: the time of a sample over the runs in it. */
    samplesMs: z.array(z.number().min(plausibleMs.least).max(plausibleMs.most)).min(1).max(maxSamples),
    /** In all samples together. */
    timedRuns: z.int().min(1).max(10_000_000),
    /** Little-endian float32 values in base64. */
    output: z.base64(),
    outputName: z.string().max(500),
  }),
  /** The page was hidden or its device slept: browsers slow hidden pages down. */
  z.strictObject({ type: z.literal('hidden'), id }),
  z.strictObject({ type: z.literal('visible') }),
  z.strictObject({ type: z.literal('failed'), id, message: words(2000) }),
]);
export type PageMessage = z.output<typeof pageMessageSchema>;
export type Measured = Extract<PageMessage, { type: 'measured' }>;

export type ServerMessage =
  | { readonly type: 'welcome'; readonly provider: BrowserProvider; readonly threads: number }
  | {
    readonly type: 'measure'; readonly id: number; readonly name: string; readonly length: RoundLength;
    readonly input: { readonly name: string; readonly shape: readonly number[] };
    readonly output?: string;
    /** Of warm-up and samples together, where a browser does not stand more. */
    readonly maxRuns?: number;
  }
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  | { readonly type: 'reload' }
  | { readonly type: 'done' }
  | { readonly type: 'refused'; readonly reason: string; readonly mayRetry: boolean };

export const browserProviders = ['wasm', 'webgpu'] as const;
export type BrowserProvider = (typeof browserProviders)[number];

/** @returns the message, or in words why it is none */
export function readPageMessage(text: string): { readonly message: PageMessage } | { readonly reason: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { reason: 'it sent something that is not JSON' };
  }
  const result = pageMessageSchema.safeParse(value);
  if (result.success) return { message: result.data };
  const [issue] = result.error.issues;
  return { reason: `its message is not as expected: ${issue.path.join('.') || 'message'}: ${issue.message}` };
}
