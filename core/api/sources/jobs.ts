import { basename, resolve } from 'node:path';
import { hasEnded } from '../../study/jobs/job.ts';
import type { Job as SupervisedJob } from '../../study/jobs/job.ts';
import type { JobSupervisor } from '../../study/jobs/supervisor.ts';
import { studyIdOf } from '../../study/library/studyRow.ts';
import type { Job } from '../contract/types.ts';
import type { Sources } from '../server.ts';
import { Sequence } from './sequence.ts';

/** The supervisor's jobs in the contract's terms. */
export class JobsSource {
  readonly #supervisor: JobSupervisor;
  readonly #sequence: Sequence;
  /** What a log's own numbers count from, so that they go on when the core was started again. */
  readonly #logBase = new Sequence().last;

  constructor(supervisor: JobSupervisor, sequence: Sequence) {
    this.#supervisor = supervisor;
    this.#sequence = sequence;
  }

  list(): Job[] {
    return this.#supervisor.list().map(jobView);
  }

  ofStudy(study: string): Job | undefined {
    return this.list().findLast((job) => job.study === study);
  }

  /** Processes of this session's jobs; those that have ended may take a moment to let go of their study. */
  pids(): ReadonlySet<number> {
    return new Set(this.#supervisor.list().flatMap(({ pid }) => (pid === undefined ? [] : [pid])));
  }

  ofSession(folder: string): Job | undefined {
    const session = resolve(folder);
    return this.list().findLast((job) => job.session === session);
  }

  onChange(listener: () => void): () => void {
    return this.#supervisor.onChange(listener);
  }

  readonly openJobs: Sources['jobs'] = (_, { emit }) => {
    const tell = () => {
      const jobs = this.list();
      emit(this.#sequence.next(), { jobs, running: this.#supervisor.list().filter((job) => !hasEnded(job)).length });
    };
    tell();
    return this.#supervisor.onChange(tell);
  };

  /** @param directory of the study */
  openLog(directory: string, { since, emit }: Parameters<Sources['log']>[1]): () => void {
    const id = resolve(directory);
    const base = this.#logBase;
    let last = Math.max(0, (since ?? base) - base);
    let reset = since === undefined || since < base;
    const tell = () => {
      const lines = this.#supervisor.log(id, last);
      if (lines.length === 0 && !reset) return;
      // Lines that were dropped in between are gone for good; what is left stands for itself.
      const isGap = !reset && lines[0].seq > last + 1;
      last = lines.at(-1)?.seq ?? last;
      emit(base + last, { reset: reset || isGap, lines: lines.map((line) => ({ ...line, seq: base + line.seq })) });
      reset = false;
    };
    tell();
    return this.#supervisor.onChange((ids) => {
      if (ids.has(id)) tell();
    });
  }
}

function jobView({ id, task, title, state, words, progress, page, started, ended, failure }: SupervisedJob): Job {
  const study = task.kind === 'run' ? studyIdOf(task.directory) : null;
  const { phase, done = 0, total = 0, unit = '', ratePerSecond, remainingSeconds, memoryBytes } = progress ?? {};
  return {
    id: study ?? id, study, session: task.kind === 'measure' ? id : null, calibration: task.kind === 'calibrate' ? basename(id) : null, training: task.kind === 'train' ? basename(id) : null,
    page: page ?? null, title, state, words,
    ...(task.kind === 'transfer' && { transfer: basename(id) }),
    ...(task.kind === 'measure-best' && { measures: { study: studyIdOf(task.directory), device: task.device } }),
    phase: phase ?? null, done, total, unit, fraction: total > 0 ? Math.min(1, done / total) : 0,
    ratePerSecond: ratePerSecond ?? null, remainingSeconds: remainingSeconds ?? null, memoryBytes: memoryBytes ?? null,
    started: started ?? null, ended: ended ?? null,
    failure: failure ? { code: failure.code, message: failure.message, details: failure.details } : null,
  };
}
