import type { PhaseProgress } from '../run/hooks.ts';
import { keptTransferFile } from '../transfer/keptTransfer.ts';
import { runTransfer, type TransferRun } from '../transfer/runTransfer.ts';
import { progressWords } from './job.ts';
import type { TaskHooks } from './tasks.ts';

/** What reading images, judging and exporting take of a run, roughly; the rest is training. */
const exportShare = 0.05;

/** How much of a run is done, 0 to 1. */
export function doneOfRun({ phase, done, total }: Pick<PhaseProgress, 'phase' | 'done' | 'total'>): number {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  if (phase === 'training') return (1 - exportShare) * share;
  return phase === 'export' ? 1 - exportShare + exportShare * share : 0;
}

/** Does all that is left of a transfer, counting whole trainings and what is done of the one that runs. */
export async function transferTask(directory: string, { signal, gate, onProgress, log }: TaskHooks): Promise<void> {
  const file = await keptTransferFile(directory);
  let current: TransferRun | undefined;
  await runTransfer(directory, file, {
    signal, gate, onMessage: log,
    onRun(run) {
      current = run;
      log(`Training ${run.number} of ${run.runs}: ${nameOf(run)}, seed ${run.seed}`, 'info');
    },
    onProgress(progress) {
      if (current === undefined) return;
      const { number, runs, seed } = current;
      const words = progressWords({ ...progress, memoryBytes: 0 });
      onProgress({
        done: number - 1 + doneOfRun(progress), total: runs, unit: 'trainings',
        note: `training ${number} of ${runs}, ${nameOf(current)} with seed ${seed}: ${words.charAt(0).toLowerCase()}${words.slice(1)}`,
      });
    },
  });
  log('The transfer is finished', 'info');
}

const nameOf = ({ network: { id, name } }: TransferRun) => name ?? id;
