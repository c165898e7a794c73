import type { StudyEvent } from './history.ts';

export const phaseNames = ['data', 'training', 'search', 'export'] as const;
export type PhaseName = typeof phaseNames[number];

interface Stretch {
  from: number;
  to: number;
}

/** How far one phase is, as far as the history tells. */
export interface PhaseTime {
  readonly phase: PhaseName;
  readonly state: 'waiting' | 'begun' | 'done';
  /** Spent on it so far in all sessions, also on what was done again later. */
  readonly seconds: number;
}

/** Sums up from the times of events how long each phase took. Reading the data counts from the start to the training. */
export class PhaseClock {
  readonly #stretches: Record<PhaseName, Stretch[]> = { data: [], training: [], search: [], export: [] };
  readonly #done = new Map<PhaseName, number>();
  #current: PhaseName | undefined;

  add(event: StudyEvent): void {
    const time = Date.parse(event.time);
    switch (event.kind) {
      case 'study-started': return this.#begin('data', time);
      case 'resumed':
        for (const [phase, seq] of this.#done) if (seq > event.afterSeq) this.#done.delete(phase);
        // The data are read again first, which is over by now.
        this.#current = undefined;
        return;
      case 'phase-started':
        this.#tick(time);
        if (event.phase !== 'data') this.#done.set('data', 0);
        this.#done.delete(event.phase);
        return this.#begin(event.phase, time);
      case 'phase-finished':
        this.#tick(time);
        this.#done.set(event.phase, event.seq);
        this.#current = undefined;
        return;
      case 'interrupted': case 'failed': case 'finished':
        this.#tick(time);
        this.#current = undefined;
        return;
      default:
        this.#tick(time);
    }
  }

  times(): PhaseTime[] {
    return phaseNames.map((phase) => {
      const milliseconds = this.#stretches[phase].reduce((sum, { from, to }) => sum + to - from, 0);
      const state = this.#done.has(phase) ? 'done' : this.#stretches[phase].length > 0 ? 'begun' : 'waiting';
      return { phase, state, seconds: milliseconds / 1000 };
    });
  }

  #begin(phase: PhaseName, time: number): void {
    this.#current = phase;
    this.#stretches[phase].push({ from: time, to: time });
  }

  #tick(time: number): void {
    const stretch = this.#current && this.#stretches[this.#current].at(-1);
    if (stretch && time > stretch.to) stretch.to = time;
  }
}
