import type { OutputOf } from '../../../../core/api/contract/contract.ts';
import { formatBytes, formatPercent } from '../../../format/index.ts';

type StudyDetail = OutputOf<'studies.get'>;

/** A model that a study has given, by its run or because somebody asked for it. */
export interface ListedModel {
  /** Relative to the study's folder, or absolute where it lies elsewhere. */
  readonly path: string;
  readonly id: string;
  /** "40.8 %, 1.2 MB, for pixel6". */
  readonly facts: string;
  readonly relativeDiff: number;
  readonly precision: StudyDetail['exports'][number]['precision'];
  /** Of other precisions than float32, trained: beside float32, on the same images. */
  readonly accuracy?: StudyDetail['exports'][number]['accuracy'];
  readonly isMissing: boolean;
  /** Lies in the study's folder, where the workbench can hand it over. */
  readonly isInside: boolean;
}

/** All models of a study, newest first, missing ones of unknown time last. A file that was written again is listed once, as it is now. */
export function modelList({ summary, exports }: Pick<StudyDetail, 'summary' | 'exports'>): ListedModel[] {
  const own = (summary?.exported ?? []).map((model) => ({
    time: model.time ?? '', path: model.path, id: model.id, relativeDiff: model.relativeDiff, precision: model.precision, accuracy: model.comparison,
    isMissing: model.time === null,
    facts: `${precisionText(model)}${model.accuracy === null ? 'untrained weights' : formatPercent(model.accuracy)}, ${formatBytes(model.sizeBytes)}, for ${model.devices.join(', ')}`,
  }));
  const asked = exports.map((model) => ({
    time: model.time, path: model.path, id: model.id, relativeDiff: model.relativeDiff, precision: model.precision, accuracy: model.accuracy,
    isMissing: model.isMissing,
    facts: `${precisionText(model)}${formatBytes(model.sizeBytes)}, ${model.batch === 'dynamic' ? 'any number of images' : `${model.batch} ${model.batch === 1 ? 'image' : 'images'}`} per run, exported ${model.time.slice(0, 10)}`,
  }));
  // What was asked for is written after the run's own file of the same name, or has replaced it.
  const newest = new Map([...own, ...asked].map((model) => [model.path, model]));
  return [...newest.values()].toSorted((a, b) => b.time.localeCompare(a.time))
    .map(({ time: _, ...model }) => ({ ...model, isInside: !isAbsolute(model.path) }));
}

/** Named only where it is not the usual one. */
const precisionText = ({ precision }: { precision: string }) => (precision === 'float32' ? '' : `${precision}, `);

/** On any system: the core may run on another than the window. */
export function isAbsolute(path: string): boolean {
  return /^(?:[/\\]|[A-Za-z]:[/\\])/.test(path);
}
