import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { Tone } from './types.ts';

export interface ToastRequest {
  tone?: Tone;
  title: string;
  message?: string;
  /** One thing to do about it: "Undo", "Open". Closes the toast. */
  action?: { label: string; run: () => void };
  /** How long it stays; errors and toasts with an action stay longer by default. */
  durationMs?: number;
}

export interface Toast extends ToastRequest {
  id: number;
  tone: Tone;
  durationMs: number;
}

/** Short notices in the corner, read out by screen readers. At most four are kept; the oldest goes first. */
export const useToasts = defineStore('toasts', () => {
  const toasts = shallowRef<readonly Toast[]>([]);
  let nextId = 1;

  function show(request: ToastRequest): number {
    const tone = request.tone ?? 'neutral';
    const durationMs = request.durationMs ?? (tone === 'danger' || request.action ? 10_000 : 5000);
    const toast = { ...request, tone, durationMs, id: nextId++ };
    toasts.value = [...toasts.value, toast].slice(-4);
    return toast.id;
  }

  function dismiss(id: number): void {
    toasts.value = toasts.value.filter((toast) => toast.id !== id);
  }

  return { toasts, show, dismiss };
});
