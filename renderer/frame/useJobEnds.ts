import { watch } from 'vue';
import type { Job } from '../../core/api/contract/types.ts';
import { host } from '../host/host.ts';
import { useToasts } from '../kit/index.ts';
import { routeHash } from '../router/route.ts';
import { useRouter } from '../router/router.ts';
import { useJobs } from '../stores/jobs.ts';
import { useSettings } from '../stores/settings.ts';
import { endedSince } from './jobEnds.ts';
import { routeOfJob } from './jobRoute.ts';

const labels: Readonly<Record<string, string>> = { fronts: 'Show fronts', run: 'Show run', trainings: 'Show training', transfers: 'Show transfer', devices: 'Show device' };

/** Tells when the job of a study, training, transfer or device ends: in the window unless it is being watched, and by the system when the window is not in front. */
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

  function tell(job: Job): void {
    const { study, title, state, words, failure } = job;
    const message = failure?.message ?? words;
    if (settings.settings?.notifications !== false) void host.notify(title, message).catch(() => undefined);
    const followed = routeOfJob(job);
    if (followed === null || (routeHash(router.route) === routeHash(followed) && document.hasFocus())) return;
    const shown = study !== null && state === 'done' ? { screen: 'study', study, view: 'fronts' } as const : followed;
    toasts.show({
      tone: state === 'done' ? 'success' : state === 'stopped' ? 'neutral' : 'danger', title, message,
      action: { label: labels[shown.screen === 'study' ? shown.view : shown.screen] ?? 'Show', run: () => router.go(shown) },
    });
  }
}
