import { startEngine } from '../../engine/engines.ts';
import type { EngineId } from '../../engine/engine.ts';
import type { TaskProgress } from '../jobs/progressReporter.ts';
import type { PauseGate } from '../run/pauseGate.ts';
import { correlate, proxiesOf, rankingRules } from './correlate.ts';
import { readMeasured } from './readMeasured.ts';
import type { Correlation } from './result.ts';
import { needsEngine } from './scoreMeasured.ts';
import { ScoreRecord } from './scoreRecord.ts';

export interface CorrelateFileOptions {
  /** Architectures with measured accuracies. */
  readonly file: string;
  readonly rankings: readonly string[];
  readonly space?: string;
  readonly seeds: readonly number[];
  /** Folder where scores are kept; one of earlier scores is gone on with. */
  readonly scores: string;
  readonly engine: EngineId | 'auto';
}

/** @throws InputError as readMeasured and correlate; CancelledError with all scores kept */
export async function correlateFile(
  { file, rankings, space, seeds, scores, engine: engineId }: CorrelateFileOptions,
  hooks: { readonly signal: AbortSignal; readonly gate: PauseGate; readonly onProgress: (progress: TaskProgress) => void },
): Promise<Correlation> {
  const used = proxiesOf(rankingRules(rankings));
  const set = await readMeasured(file, space);
  const record = await ScoreRecord.open(scores, { seeds });
  const engine = needsEngine(set.networks, used) ? await startEngine(engineId) : undefined;
  return correlate(set, { rankings, seeds, record, engine }, {
    signal: hooks.signal, gate: hooks.gate, onProgress: (done, total, note) => hooks.onProgress({ done, total, unit: 'scores', note }),
  });
}
