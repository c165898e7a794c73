import { watch } from 'vue';
import type { Job } from '../../core/api/contract/types.ts';
import { host } from '../host/host.ts';
import { useToasts } from '../kit/index.ts';
import { useRouter } from '../router/router.ts';
import { useJobs } from '../stores/jobs.ts';
import { useSettings } from '../stores/settings.ts';
import { endedSince } from './jobEnds.ts';

/** Tells when the job of a study or device ends: in the window unless it is being watched, and by the system when the window is not in front. */
export function useJobEnds(): void {
  const jobs = useJobs();
  const settings = useSettings();
  const toasts = useToasts();
  const router = useRouter();
  let before: readonly Job[] = [];
  watch(() => jobs.jobs, (now) => {
    for (const job of endedSince(before, now)) tell(job);
    before = now;
  });

  function tell({ study, calibration, title, state, words, failure }: Job): void {
    const message = failure?.message ?? words;
    if (settings.settings?.notifications !== false) void host.notify(title, message).catch(() => undefined);
    const route = router.route;
    const isWatched = study !== null ? route.screen === 'study' && route.study === study && route.view === 'run' : route.screen === 'devices' && route.device === calibration;
    if (isWatched && document.hasFocus()) return;
    const view = state === 'done' ? 'fronts' : 'run';
    toasts.show({
      tone: state === 'done' ? 'success' : state === 'stopped' ? 'neutral' : 'danger', title, message,
      action: study !== null ? { label: state === 'done' ? 'Show fronts' : 'Show run', run: () => router.go({ screen: 'study', study, view }) }
        : { label: 'Show device', run: () => router.go({ screen: 'devices', device: calibration ?? undefined }) },
    });
  }
}
