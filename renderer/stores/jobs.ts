import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { Job } from '../../core/api/contract/types.ts';
import { useApi } from '../api/useApi.ts';

const endings: ReadonlySet<Job['state']> = new Set(['done', 'failed', 'stopped', 'crashed']);

/** Whether a job is over, well or not. */
export const isOver = (job: Job) => endings.has(job.state);

/** The jobs of this session of the core. */
export const useJobs = defineStore('jobs', () => {
  const api = useApi();
  const jobs = shallowRef<readonly Job[]>([]);

  api.subscribe('jobs', {}, (payload) => { jobs.value = payload.jobs; });

  return {
    jobs,
    active: computed(() => jobs.value.filter((job) => !isOver(job))),
    /** The newest job of a study. */
    ofStudy: (study: string | undefined): Job | undefined => jobs.value.findLast((job) => job.study === study && study !== undefined),
    start: (study: string) => api.call('jobs.start', { study }),
    pause: (study: string) => api.call('jobs.pause', { study }),
    unpause: (study: string) => api.call('jobs.unpause', { study }),
    stop: (study: string) => api.call('jobs.stop', { study }),
  };
});
