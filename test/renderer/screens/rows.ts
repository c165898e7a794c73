import type { StudyRow } from '../../../core/api/contract/types.ts';

/** A study that was made and not started, with what a test cares about changed. */
export function studyRow(change: Partial<StudyRow> = {}): StudyRow {
  return {
    id: 'id', directory: '/studies/id', name: 'study', space: 'elasticvit-mini', seed: 1, engine: null, devices: ['pixel6'], state: 'created',
    runsElsewhere: false, created: '2026-01-02T03:04:05.000Z', updated: '2026-01-02T03:04:05.000Z', tags: [], archived: false, progress: null,
    best: [], objective: null, linearAccuracy: null, imageSize: null, problem: null, ...change,
  };
}
