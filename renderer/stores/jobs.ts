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
    ofTraining: {
      start: (training: string) => api.call('trainings.start', { training }),
      pause: (training: string) => api.call('trainings.pause', { training }),
      unpause: (training: string) => api.call('trainings.unpause', { training }),
      stop: (training: string) => api.call('trainings.stop', { training }),
    },
    ofTransfer: {
      start: (transfer: string) => api.call('transfers.start', { transfer }),
      pause: (transfer: string) => api.call('transfers.pause', { transfer }),
      unpause: (transfer: string) => api.call('transfers.unpause', { transfer }),
      stop: (transfer: string) => api.call('transfers.stop', { transfer }),
    },
    /** Jobs of devices, by what they are the jobs of. */
    device: {
      start: (calibration: string) => api.call('calibrations.start', { calibration }),
      pause: (job: Job) => (job.calibration !== null ? api.call('calibrations.pause', { calibration: job.calibration }) : api.call('measuring.pause', { session: job.session ?? '' })),
      unpause: (job: Job) => (job.calibration !== null ? api.call('calibrations.unpause', { calibration: job.calibration }) : api.call('measuring.unpause', { session: job.session ?? '' })),
      stop: (job: Job) => (job.calibration !== null ? api.call('calibrations.stop', { calibration: job.calibration }) : api.call('measuring.stop', { session: job.session ?? '' })),
    },
  };
});
