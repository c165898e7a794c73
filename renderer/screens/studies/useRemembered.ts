import { shallowRef, watch } from 'vue';
import type { ShallowRef } from 'vue';

/** A choice about a screen that is remembered in this browser, under `pocketformer.<key>`. */
export function useRemembered<T>(key: string, initial: T, isValid: (value: unknown) => value is T): ShallowRef<T> {
  const storageKey = `pocketformer.${key}`;
  const value = shallowRef<T>(read());
  watch(value, (next) => localStorage.setItem(storageKey, JSON.stringify(next)));
  return value;

  function read(): T {
    const text = localStorage.getItem(storageKey);
    if (text === null) return initial;
    try {
      const stored: unknown = JSON.parse(text);
      return isValid(stored) ? stored : initial;
    } catch {
      // Written by hand or by another version: begin anew.
      return initial;
    }
  }
}

export const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';

export const isRecordOfBooleans = (value: unknown): value is Readonly<Record<string, boolean>> => (
  typeof value === 'object' && value !== null && Object.values(value).every(isBoolean));

export const isSort = (value: unknown): value is { column: string; descending: boolean } | null => value === null || (
  typeof value === 'object' && 'column' in value && typeof value.column === 'string'
  && 'descending' in value && typeof value.descending === 'boolean');
