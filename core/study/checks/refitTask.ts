import { basename } from 'node:path';
import { CancelledError } from '../../base/errors.ts';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import type { ErrorReport } from '../../latency/errorReport.ts';
import type { MeasureHooks } from '../measuring/measure.ts';
import { refitOwn, takeRefit } from './refitOwn.ts';

/** What a refit of a device model is worth beside the model; plain data. */
export interface RefitReport {
  /** Of the model that was written, or would be: its name, file and what it says. */
  readonly name: string;
  readonly path: string;
  readonly hash: string;
  /** Measurements that the earlier model did not know. */
  readonly added: number;
  /** Everything was fitted anew; otherwise the earlier model stands for what it was fitted to. */
  readonly isFromMeasurements: boolean;
  readonly before: FitFigures;
  readonly after: FitFigures;
  /** Both on the networks that were measured since, which neither prediction knew; null where there are none. */
  readonly comparison: { readonly networks: number; readonly before: Errors; readonly after: Errors } | null;
}

interface Errors { readonly mapePercent: number; readonly worstPercent: number }
/** On so many networks that each was fitted to, held out. */
interface FitFigures extends Errors { readonly networks: number; readonly intervalPercent: number }

/** @param take the refit that the person has seen, to be written. @throws as `refitOwn` and `takeRefit` */
export async function refitTask(
  { model: path, take }: { readonly model: string; readonly take?: { readonly hash: string; readonly replaces: boolean } },
  { signal, onProgress }: Pick<MeasureHooks, 'signal' | 'onProgress'>,
): Promise<RefitReport> {
  if (signal.aborted) throw new CancelledError();
  onProgress({ done: 0, total: 1, unit: 'models', note: 'fitting the device model' });
  const refit = take === undefined ? await refitOwn(path) : await takeRefit(path, take);
  const { model, earlier, out, hash, added, isFromMeasurements, comparison } = refit;
  onProgress({ done: 1, total: 1, unit: 'models', note: 'fitted' });
  return {
    name: basename(out, '.json'), path: out, hash, added, isFromMeasurements, before: figuresOf(earlier), after: figuresOf(model),
    comparison: comparison && { networks: comparison.before.count, before: errorsOf(comparison.before), after: errorsOf(comparison.after) },
  };
}

const errorsOf = ({ mapePercent, worstPercent }: Pick<ErrorReport, 'mapePercent' | 'worstPercent'>): Errors => ({ mapePercent, worstPercent });

function figuresOf({ evaluations: [main], interval: { logHalfWidth } }: DeviceModel): FitFigures {
  return { ...errorsOf(main.errors), networks: main.errors.count, intervalPercent: 100 * (Math.exp(logHalfWidth) - 1) };
}
