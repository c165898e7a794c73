import { onScopeDispose, shallowRef } from 'vue';
import type { OutputOf } from '../../../../core/api/contract/contract.ts';
import type { ApiClient } from '../../../../core/api/client.ts';
import { asApiError, isCancelled, useApi } from '../../../api/useApi.ts';

export type EvaluatedArchitecture = OutputOf<'results.rows'>[number];

const mostRemembered = 20_000;
const mostPerCall = 2000;
/** Rows that scroll by within this time are asked for together. */
const patienceMs = 30;

export interface Architectures {
  /** What a row is, as far as it is known; asks for it otherwise. Reactive: whoever read it hears when the answer is there. */
  get(row: number): EvaluatedArchitecture | undefined;
  /** Forgets everything, because rows mean something else now. */
  reset(): void;
}

/** The architectures of a study's rows, fetched as they come into view. */
export function useArchitectures(study: string, onError: (message: string) => void): Architectures {
  const api = useApi();
  const version = shallowRef(0);
  const known = new Map<number, EvaluatedArchitecture>();
  const asked = new Set<number>();
  let wanted = new Set<number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let controller = new AbortController();

  async function fetchWanted(): Promise<void> {
    timer = undefined;
    const rows = [...wanted].slice(-mostPerCall);
    wanted = new Set();
    for (const row of rows) asked.add(row);
    try {
      for (const one of await api.call('results.rows', { study, rows }, { signal: controller.signal })) known.set(one.row, one);
      for (const row of known.keys()) {
        if (known.size <= mostRemembered) break;
        known.delete(row);
        asked.delete(row);
      }
      version.value += 1;
    } catch (error) {
      if (isCancelled(error)) return;
      const { code, message } = asApiError(error);
      // After a lost connection the rows are asked for again; any other failure would only repeat itself.
      if (code === 'connection-lost') for (const row of rows) asked.delete(row);
      else onError(message);
    }
  }

  function reset(): void {
    controller.abort();
    controller = new AbortController();
    known.clear();
    asked.clear();
    wanted.clear();
    version.value += 1;
  }
  onScopeDispose(() => {
    controller.abort();
    clearTimeout(timer);
  });

  return {
    reset,
    get(row) {
      void version.value;
      const one = known.get(row);
      if (one === undefined && !asked.has(row)) {
        wanted.add(row);
        timer ??= setTimeout(() => void fetchWanted(), patienceMs);
      }
      return one;
    },
  };
}

/** The architectures of any number of rows, in their order. @throws ApiError */
export async function readArchitectures(api: ApiClient, study: string, rows: readonly number[]): Promise<EvaluatedArchitecture[]> {
  const found: EvaluatedArchitecture[] = [];
  for (let from = 0; from < rows.length; from += 10_000) {
    found.push(...await api.call('results.rows', { study, rows: rows.slice(from, from + 10_000) }));
  }
  return found;
}
