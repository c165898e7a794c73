import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { ApiError } from '../../core/api/client.ts';
import type { StudyRow } from '../../core/api/contract/types.ts';
import { useApi } from '../api/useApi.ts';

/** The library's studies, as the core reports them. */
export const useStudies = defineStore('studies', () => {
  const api = useApi();
  const byId = shallowRef<ReadonlyMap<string, StudyRow>>(new Map());
  const isLoading = shallowRef(true);
  const error = shallowRef<ApiError>();

  api.subscribe('studies', {}, ({ reset, changed, removed }) => {
    const rows = new Map(reset ? [] : byId.value);
    for (const row of changed) rows.set(row.id, row);
    for (const id of removed) rows.delete(id);
    byId.value = rows;
    isLoading.value = false;
    error.value = undefined;
  }, (reason) => {
    error.value = reason;
    isLoading.value = false;
  });

  return {
    byId, isLoading, error,
    rows: computed(() => [...byId.value.values()]),
    get: (id: string | undefined): StudyRow | undefined => (id === undefined ? undefined : byId.value.get(id)),
  };
});
