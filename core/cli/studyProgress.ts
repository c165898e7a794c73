import { ProgressBar } from '../study/progressBar.ts';
import type { PhaseProgress } from '../study/run/hooks.ts';
import type { Surroundings } from './command.ts';

const labels: Readonly<Record<PhaseProgress['phase'], string>> = {
  data: 'Reading images', training: 'Training', search: 'Searching', export: 'Exporting',
};

/** Shows a running study on standard error, one bar after the other. */
export class StudyProgress {
  readonly #surroundings: Surroundings;
  /** And unit: one phase may count this and then that. */
  #phase: string | undefined;
  #bar: ProgressBar | undefined;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  update({ phase, done, total, unit, note }: PhaseProgress): void {
    if (`${phase} ${unit}` !== this.#phase) {
      this.finish();
      this.#phase = `${phase} ${unit}`;
      const { progress: output, quiet } = this.#surroundings;
      // What was done before the first report may have been done by an earlier run, so it does not count as speed.
      this.#bar = new ProgressBar({ label: labels[phase], total, done, unit, output, quiet });
    }
    this.#bar?.update(done, note);
    if (done >= total) {
      this.#bar?.finish();
      this.#bar = undefined;
    }
  }

  message(text: string): void {
    if (this.#bar) this.#bar.log(text);
    else this.#surroundings.note(text);
  }

  finish(): void {
    this.#bar?.finish();
    this.#bar = undefined;
  }
}
