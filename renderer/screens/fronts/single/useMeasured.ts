import { computed, watch } from 'vue';
import type { Job } from '../../../../core/api/contract/types.ts';
import type { OutputOf } from '../../../../core/api/contract/contract.ts';
import { asApiError, useApi, useQuery } from '../../../api/useApi.ts';
import { useToasts } from '../../../kit/toasts.ts';
import { isOver, useJobs } from '../../../stores/jobs.ts';

export type MeasuredDevice = OutputOf<'measured.get'>['devices'][number];
export type MeasuredRow = MeasuredDevice['targets'][number]['rows'][number];

/** What a study has measured of its best, and the jobs that measure. */
export function useMeasured(study: string) {
  const api = useApi();
  const jobs = useJobs();
  const toasts = useToasts();
  const query = useQuery('measured.get', () => ({ study }));
  const own = computed(() => jobs.jobs.filter(({ measures }) => measures?.study === study));
  // What a job has measured is there when it is over, however it ended.
  watch(() => own.value.filter(isOver).map(({ id, ended }) => `${id} ${ended}`).join(), () => query.reload());

  /** By device and id, on the device model's own target alone. */
  const rows = computed(() => new Map((query.data.value?.devices ?? []).map(({ device, targets }) =>
    [device, new Map(targets.filter(({ isOwn }) => isOwn).flatMap((target) => target.rows.map((row) => [row.id, row] as const)))])));

  async function attempt(act: Promise<unknown>, title: string): Promise<void> {
    try {
      await act;
    } catch (error) {
      toasts.show({ tone: 'danger', title, message: asApiError(error).message });
    }
  }

  return {
    deviceOf: (device: string): MeasuredDevice | undefined => query.data.value?.devices.find((each) => each.device === device),
    rowOf: (device: string, id: string | undefined): MeasuredRow | undefined => (id === undefined ? undefined : rows.value.get(device)?.get(id)),
    rowsOf: (device: string): readonly MeasuredRow[] => [...rows.value.get(device)?.values() ?? []],
    jobOf: (device: string): Job | undefined => own.value.findLast(({ measures }) => measures?.device === device),
    reload: () => query.reload(),
    start: (device: string) => attempt(api.call('measured.start', { study, device }), 'Measuring cannot begin'),
    stop: (device: string) => attempt(api.call('measured.stop', { study, device }), 'Measuring cannot be stopped'),
  };
}
