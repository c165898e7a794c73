import { shallowRef, toValue } from 'vue';
import type { MaybeRefOrGetter, ShallowRef } from 'vue';
import type { ApiError } from '../../core/api/client.ts';
import type { EvaluationColumns } from '../../core/api/contract/types.ts';
import { useTopic } from '../api/useApi.ts';

/** Everything that a study has evaluated, a column each; `count` rows of them are filled. */
export interface Evaluations {
  readonly count: number;
  /** Of the study's objective, larger is better; NaN where a score is not valid. */
  readonly value: Float64Array;
  readonly macs: Float64Array;
  readonly params: Float64Array;
  readonly batch: Uint32Array;
  /** By device; NaN where it is not known. */
  readonly latencyMs: Readonly<Record<string, Float32Array>>;
}

export const noEvaluations: Evaluations = {
  count: 0, value: new Float64Array(), macs: new Float64Array(), params: new Float64Array(), batch: new Uint32Array(), latencyMs: {},
};

export interface FollowedEvaluations {
  /** Replaced whenever rows were added; the arrays are cut to `count`, and older ones stay valid. */
  readonly evaluations: Readonly<ShallowRef<Evaluations>>;
  /** Undefined until the first answer. */
  readonly isLoading: Readonly<ShallowRef<boolean>>;
  readonly error: Readonly<ShallowRef<ApiError | undefined>>;
}

/** Follows what a study evaluates. */
export function useEvaluations(study: MaybeRefOrGetter<string | undefined>): FollowedEvaluations {
  const evaluations = shallowRef(noEvaluations);
  const isLoading = shallowRef(true);
  const { error } = useTopic('study.evaluations', () => {
    const id = toValue(study);
    return id === undefined ? undefined : { study: id };
  }, ({ reset, columns }) => {
    evaluations.value = appendColumns(reset ? noEvaluations : evaluations.value, columns);
    isLoading.value = false;
  }, () => {
    evaluations.value = noEvaluations;
    isLoading.value = true;
  });
  return { evaluations, isLoading, error };
}

/** The rows known so far with new ones behind them; rows from `columns.from` on are replaced. */
export function appendColumns(known: Evaluations, columns: EvaluationColumns): Evaluations {
  const keep = Math.min(columns.from, known.count);
  const count = keep + columns.count;
  const devices = new Set([...Object.keys(known.latencyMs), ...Object.keys(columns.latencyMs)]);
  return {
    count,
    value: joined(known.value, columns.value, keep, count),
    macs: joined(known.macs, columns.macs, keep, count),
    params: joined(known.params, columns.params, keep, count),
    batch: joined(known.batch, columns.batch, keep, count),
    latencyMs: Object.fromEntries([...devices].map((device) => {
      const unknown = (length: number) => new Float32Array(length).fill(NaN);
      return [device, joined(known.latencyMs[device] ?? unknown(keep), columns.latencyMs[device] ?? unknown(columns.count), keep, count)];
    })),
  };
}

type Column = Float32Array | Float64Array | Uint32Array;

/**
 * Grows a column in place where its memory has room, and by half where not, so that a long search does not copy all of
 * it ten times a second. What was given out before keeps its rows: only memory behind them is written.
 */
function joined<T extends Column>(known: T, added: Column, keep: number, count: number): T {
  const Kind = known.constructor as { new (buffer: ArrayBufferLike, offset: number, length: number): T; BYTES_PER_ELEMENT: number };
  const appends = keep === known.length;
  let buffer: ArrayBufferLike = known.buffer;
  if (!appends || buffer.byteLength < count * Kind.BYTES_PER_ELEMENT) {
    buffer = new ArrayBuffer(Math.ceil(count * 1.5) * Kind.BYTES_PER_ELEMENT);
    new Kind(buffer, 0, keep).set(known.subarray(0, keep));
  }
  const column = new Kind(buffer, 0, count);
  column.set(added.subarray(0, count - keep), keep);
  return column;
}
