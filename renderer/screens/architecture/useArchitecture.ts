import { computed, onScopeDispose, shallowRef, watch } from 'vue';
import type { ComputedRef } from 'vue';
import { ApiError } from '../../../core/api/client.ts';
import type { ApiClient } from '../../../core/api/client.ts';
import type { ArchitectureDetail } from '../../../core/api/contract/types.ts';
import { asApiError, useApi, useQuery } from '../../api/useApi.ts';
import { useEvaluations } from '../../stores/evaluations.ts';
import { readReference } from './reference.ts';
import type { StudyContext } from './useStudyContext.ts';

export interface ShownArchitecture {
  /** The one before stays until the next is known. */
  readonly detail: ComputedRef<ArchitectureDetail | null>;
  /** Its value by the study's objective; null where it was not evaluated, or has no valid score. */
  readonly value: ComputedRef<number | null>;
  readonly error: ComputedRef<ApiError | undefined>;
  readonly isLoading: ComputedRef<boolean>;
  reload(): void;
}

/** The architecture that a text stands for (reference.ts), described for the study's task and devices. */
export function useArchitecture(context: StudyContext, text: () => string | null): ShownArchitecture {
  const api = useApi();
  const found = shallowRef<{ arch: unknown; row: number | null } | null>(null);
  const lost = shallowRef<ApiError>();
  let search = new AbortController();
  const find = async () => {
    search.abort();
    const mine = search = new AbortController();
    lost.value = undefined;
    const wanted = text();
    // In a study, what is on the fronts must be known before a text can be read.
    if (wanted === null || (context.study.value !== null && context.detail.value === null)) {
      if (wanted === null) found.value = null;
      return;
    }
    try {
      const next = await resolve(api, context, wanted, mine.signal);
      if (!mine.signal.aborted) found.value = next;
    } catch (error) {
      if (!mine.signal.aborted) lost.value = asApiError(error);
    }
  };
  watch([text, context.fronts, () => context.detail.value?.row.id], () => void find(), { immediate: true });
  onScopeDispose(() => search.abort());

  const query = useQuery('architectures.describe', () => {
    const [space, devices] = [context.space.value, context.devices.value];
    if (found.value === null || space === undefined || devices === undefined) return undefined;
    return {
      space: space.id, arch: found.value.arch, devices: [...devices], ...(context.study.value === null ? {} : { study: context.study.value }),
      ...(context.classes.value === undefined ? {} : { classes: context.classes.value }),
    };
  });
  // Only for a row that is on no front: what was evaluated is long.
  const { evaluations } = useEvaluations(() => (found.value !== null && found.value.row !== null ? (context.study.value ?? undefined) : undefined));
  const detail = computed(() => (text() === null ? null : (query.data.value ?? null)));
  return {
    detail,
    value: computed(() => {
      const row = found.value?.row ?? null;
      const known = context.fronts.value.find(({ id }) => id === detail.value?.id)?.value ?? (row === null ? null : evaluations.value.value[row]) ?? null;
      return Number.isNaN(known) ? null : known;
    }),
    error: computed(() => lost.value ?? (text() === null ? undefined : query.error.value)),
    isLoading: computed(() => query.isLoading.value),
    reload: () => {
      void find();
      query.reload();
    },
  };
}

async function resolve(api: ApiClient, context: StudyContext, text: string, signal: AbortSignal): Promise<{ arch: unknown; row: number | null }> {
  const reference = readReference(text, context.fronts.value);
  const study = context.study.value;
  switch (reference.kind) {
    case 'known': return { arch: reference.known.arch, row: null };
    case 'text': return { arch: reference.text, row: null };
    case 'row': {
      if (study === null) throw notFound('A row number needs a study.');
      const [found] = await api.call('results.rows', { study, rows: [reference.row] }, { signal });
      return { arch: found.arch, row: reference.row };
    }
    case 'id': {
      const count = context.detail.value?.summary?.evaluations ?? 0;
      // Ids are not indexed; a study's rows are few enough to look through.
      for (let from = 0; study !== null && from < count; from += pageSize) {
        const rows = Array.from({ length: Math.min(pageSize, count - from) }, (_, i) => from + i);
        const found = (await api.call('results.rows', { study, rows }, { signal })).find(({ id }) => id === reference.id);
        if (found) return { arch: found.arch, row: found.row };
      }
      throw notFound(`Nothing that was evaluated here has the id ${reference.id}. Choose another architecture above.`);
    }
  }
}

const pageSize = 10_000;
const notFound = (message: string) => new ApiError({ code: 'unknown-architecture', message });
