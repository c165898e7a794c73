import { z } from 'zod';
import { InputError, messageOf } from '../../base/errors.ts';
import type { BlockTimes } from '../measurements/record.ts';
import { median } from '../measurements/statistics.ts';
import { blockOfKernels } from './attribution.ts';
import { fromRuns, type Imported } from './imported.ts';

const eventSchema = z.looseObject({
  cat: z.string(), name: z.string(), ph: z.string().optional(),
  /** Microseconds. */
  ts: z.number().min(0), dur: z.number().min(0),
  args: z.record(z.string(), z.unknown()).optional(),
});
type ProfileEvent = z.infer<typeof eventSchema>;

/** ONNX Runtime stops to record after this many events (latency.md, section 1). */
const eventLimit = 1_000_000;
const kernelEnd = '_kernel_time';

export const isOrtProfile = (text: string) => /^\s*\[\s*\{\s*"cat"\s*:/.test(text.slice(0, 1000));

/** Where the time of a model's runs goes, as ONNX Runtime's profile tells it. */
export interface OrtProfile {
  /** Whole runs, in ms and in order, the first ones left out; longer than without a profile. */
  readonly runsMs: readonly number[];
  readonly blockTimes: BlockTimes;
  readonly provider: string | undefined;
}

/**
 * Reads a profile of a network's runs. Kernels are attributed to the blocks they were exported for; a block's time is the
 * median over the runs, of which the first ones are left out because they allocate and pack weights.
 * @param blocks the names of the network's blocks
 * @throws InputError `invalid-ort-profile` for one that is cut off, empty, or of another network
 */
export function readOrtProfile(text: string, blocks: readonly string[], source: string): OrtProfile {
  const events = parseEvents(text, source);
  const runs = events.filter(({ cat, name }) => cat === 'Session' && name === 'model_run').sort((a, b) => a.ts - b.ts);
  const kernels = events.filter(({ cat, name }) => cat === 'Node' && name.endsWith(kernelEnd)).sort((a, b) => a.ts - b.ts);
  if (runs.length === 0 || kernels.length === 0) throw invalid(source, `holds ${runs.length} runs and ${kernels.length} kernels`);
  const kept = runs.slice(Math.min(2, runs.length - 1));
  const sums = kept.map((run) => sumsOf(kernels.filter(({ ts }) => ts >= run.ts && ts <= run.ts + run.dur), blocks));
  const medianOf = (name: string | undefined) => nanoseconds(median(sums.map((each) => each.get(name) ?? 0)));
  const times = blocks.map((name) => ({ name, ms: medianOf(name) }));
  if (times.every(({ ms }) => ms === 0)) {
    throw invalid(source, `has no kernel of the network's blocks (it runs ${kernels[0].name.slice(0, -kernelEnd.length)} first); it is of another model`);
  }
  return {
    runsMs: kept.map(({ dur }) => dur / 1000),
    blockTimes: { source: 'ONNX Runtime profile', runs: kept.length, blocks: times, unattributedMs: medianOf(undefined) },
    provider: providerOf(kernels),
  };
}

/** What the CPU does beside another provider, such as changes of layout, does not make it the provider. */
function providerOf(kernels: readonly ProfileEvent[]): string | undefined {
  const names = kernels.map(({ args }) => args?.provider).filter((name) => typeof name === 'string').map((name) => name.replace(/ExecutionProvider$/, '').toLowerCase());
  return names.find((name) => name !== 'cpu') ?? names.at(0);
}

/** A profile as an import: its shares count, its times only with the profiler's overhead. */
export function importOrtProfile(text: string, blocks: readonly string[], source: string): Imported {
  const { runsMs, blockTimes, provider } = readOrtProfile(text, blocks, source);
  return fromRuns(source, runsMs, { blockTimes, flags: ['profiled'], told: provider === undefined ? {} : { provider } });
}

/** Sums of whole microseconds, without the noise of adding binary fractions. */
const nanoseconds = (ms: number) => Math.round(1e6 * ms) / 1e6;

/** Milliseconds of one run by block; under undefined those of no block. */
function sumsOf(kernels: readonly ProfileEvent[], blocks: readonly string[]): Map<string | undefined, number> {
  const owners = blockOfKernels(kernels.map(({ name }) => name.slice(0, -kernelEnd.length)), blocks);
  const sums = new Map<string | undefined, number>();
  kernels.forEach(({ dur }, i) => sums.set(owners[i], (sums.get(owners[i]) ?? 0) + dur / 1000));
  return sums;
}

function parseEvents(text: string, source: string): ProfileEvent[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw invalid(source, text.trimEnd().endsWith(']') ? `is not JSON (${messageOf(cause)})` : 'ends in the middle of an event: the profile was cut off, '
      + 'as happens when a session is not closed', cause);
  }
  const parsed = z.array(eventSchema).safeParse(json);
  if (!parsed.success) {
    const [{ path: [index, ...field], message }] = parsed.error.issues;
    throw invalid(source, `event ${String(index)}: ${field.join('.') || 'the event'}: ${message}`, parsed.error);
  }
  if (parsed.data.length >= eventLimit) throw invalid(source, `holds ${parsed.data.length} events, where ONNX Runtime stops to record; profile fewer runs`);
  return parsed.data;
}

const invalid = (source: string, reason: string, cause?: unknown) => new InputError('invalid-ort-profile', `${source}: ${reason}.`, { cause });
