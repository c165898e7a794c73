import { CancelledError } from '../base/errors.ts';
import type { Study } from '../study/folder.ts';
import type { StudySummary } from '../study/summary.ts';
import type { Surroundings } from './command.ts';
import { StudyProgress } from './studyProgress.ts';

/**
 * Does what is left of a study while showing its progress, and closes it.
 * @throws CancelledError after a stop request, saying how to go on; what runStudy throws
 */
export async function followStudy(study: Study, surroundings: Surroundings): Promise<StudySummary> {
  const signal = surroundings.stopSignal();
  const progress = new StudyProgress(surroundings);
  try {
    const { runStudy } = await import('../study/run/runStudy.ts');
    return await runStudy(study, {
      signal,
      onProgress: (report) => progress.update(report),
      onMessage: (message) => progress.message(message),
    });
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    throw new CancelledError(`Stopped on request, with everything saved. To go on: pocketformer resume ${quoted(study.directory)}`);
  } finally {
    progress.finish();
    study.close();
  }
}

/** As it must be typed. */
export function quoted(path: string): string {
  return /^[\w./\\:~+-]+$/.test(path) ? path : JSON.stringify(path);
}
