import { shallowRef, watch } from 'vue';
import type { Ref } from 'vue';
import { useApi } from '../../../api/useApi.ts';
import type { Evaluations } from '../../../stores/evaluations.ts';
import type { StudyResults } from '../shared/useStudyResults.ts';
import type { Architectures } from './useArchitectures.ts';

type Interval = readonly [lowMs: number, highMs: number];

/** A pointer that only passes over a point asks for nothing. */
const restMs = 120;

/**
 * The prediction interval of a row on a device: written down for the fronts' members, asked for where the pointer rests.
 * Null where it is not known (yet).
 */
export function useIntervals(
  results: StudyResults, evaluations: () => Evaluations, architectures: Architectures, hovered: Ref<number | null>,
): (device: string, row: number) => Interval | null {
  const api = useApi();
  const asked = shallowRef<ReadonlyMap<number, ReadonlyMap<string, Interval>>>(new Map());
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function ask(row: number): Promise<void> {
    const { space, id: study } = results.row.value ?? {};
    const arch = architectures.get(row)?.arch;
    if (space === undefined || arch === undefined || asked.value.has(row)) return;
    try {
      const { latencies } = await api.call('architectures.describe', { study, space, arch, devices: results.devices.value.map(({ name }) => name) });
      // A model that has changed since the search would give another latency: its interval says nothing about this one.
      const same = latencies.filter(({ device, latencyMs }) => Math.abs((evaluations().latencyMs[device]?.[row] ?? NaN) / latencyMs - 1) < 0.001);
      asked.value = new Map([...asked.value, [row, new Map(same.map(({ device, lowMs, highMs }) => [device, [lowMs, highMs] as const]))]]);
    } catch {
      // Without the device's model there is no interval to show, and the rest of the tooltip stands by itself.
      asked.value = new Map([...asked.value, [row, new Map<string, Interval>()]]);
    }
  }
  watch([hovered, () => (hovered.value === null ? undefined : architectures.get(hovered.value))], ([row]) => {
    clearTimeout(timer);
    if (row !== null) timer = setTimeout(() => void ask(row), restMs);
  });

  return (device, row) => {
    const front = results.summary.value?.fronts.find((one) => one.device === device)?.front;
    const id = architectures.get(row)?.id;
    const written = id === undefined ? undefined : front?.find((entry) => entry.id === id);
    return written ? [written.lowMs, written.highMs] : asked.value.get(row)?.get(device) ?? null;
  };
}
