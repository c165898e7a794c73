import { computed, watch } from 'vue';
import type { ComputedRef } from 'vue';
import { defaultReferencePoint } from '../../../../core/search/indicators.ts';
import { accuracyObjective, referenceValue } from '../../../../core/search/objective.ts';
import type { Objective } from '../../../../core/search/objective.ts';
import type { ParetoPoint } from '../../../../core/search/pareto.ts';
import type { ApiError } from '../../../../core/api/client.ts';
import type { StudyRow, StudySummaryView } from '../../../../core/api/contract/types.ts';
import { useQuery } from '../../../api/useApi.ts';
import { useEvaluations } from '../../../stores/evaluations.ts';
import type { FollowedEvaluations } from '../../../stores/evaluations.ts';
import { useStudies } from '../../../stores/studies.ts';
import { deviceLimits } from './budgets.ts';
import type { DeviceLimits } from './budgets.ts';

export interface StudyDevice {
  readonly name: string;
  readonly limits: DeviceLimits | undefined;
  /** Of the hypervolume; null while it is not known. */
  readonly reference: ParetoPoint | null;
}

export interface StudyResults extends FollowedEvaluations {
  readonly study: string;
  readonly row: ComputedRef<StudyRow | undefined>;
  readonly name: ComputedRef<string>;
  /** What the study makes large. */
  readonly objective: ComputedRef<Objective>;
  readonly summary: ComputedRef<StudySummaryView | null>;
  readonly devices: ComputedRef<readonly StudyDevice[]>;
  /** Why there is nothing to show. */
  readonly failure: ComputedRef<ApiError | undefined>;
}

/** What a study has evaluated, with what its fronts are judged by. */
export function useStudyResults(study: string): StudyResults {
  const studies = useStudies();
  const row = computed(() => studies.get(study));
  const detail = useQuery('studies.get', () => ({ study }));
  // The answer has the summary of its time: it is asked for again when a phase or the run is over.
  watch(() => `${row.value?.state} ${row.value?.progress?.phase}`, () => detail.reload());
  const followed = useEvaluations(() => study);
  const summary = computed(() => detail.data.value?.summary ?? null);
  const objective = computed(() => row.value?.objective ?? accuracyObjective);
  const names = computed(() => row.value?.devices ?? Object.keys(followed.evaluations.value.latencyMs));

  // Before the search is over its reference points are not written down; they follow from the space's largest architecture.
  const largest = useQuery('architectures.describe', () => {
    const { space, id: study } = row.value ?? {};
    const isMissing = detail.data.value !== undefined && (summary.value?.fronts.length ?? 0) === 0;
    return space !== undefined && isMissing ? { study, space, arch: 'max', devices: [...names.value] } : undefined;
  });

  /** Valid values of the initial population; the same array while they stay the same, since columns grow all the time. */
  const firstValues = computed<readonly number[]>((before) => {
    const { value, batch, count } = followed.evaluations.value;
    const values: number[] = [];
    for (let i = 0; i < count && batch[i] === 0; i += 1) if (Number.isFinite(value[i])) values.push(value[i]);
    return before?.length === values.length ? before : values;
  });

  const devices = computed(() => {
    const limits = deviceLimits(detail.data.value?.settings);
    return names.value.map((name, i): StudyDevice => ({ name, limits: limits[i], reference: referenceOf(name, limits[i]) }));
  });
  function referenceOf(device: string, limits: DeviceLimits | undefined): ParetoPoint | null {
    const written = summary.value?.fronts.find((front) => front.device === device)?.referencePoint;
    if (written) return written;
    const slowest = largest.data.value?.latencies.find((latency) => latency.device === device)?.latencyMs;
    const value = valueOfReference();
    if (value === null || slowest === undefined) return null;
    return defaultReferencePoint({ ...(limits?.maxMs === undefined ? {} : { maxMs: limits.maxMs }) }, slowest, value);
  }

  /** Of scores it is known once the first batch is evaluated. */
  function valueOfReference(): number | null {
    const { kind } = objective.value;
    const classes = summary.value?.data?.classes.length ?? 0;
    if (kind === 'accuracy') return classes === 0 ? null : referenceValue({ kind }, classes, []);
    return firstValues.value.length === 0 ? null : referenceValue({ kind }, classes, firstValues.value);
  }

  return {
    ...followed, study, objective, row, summary, devices,
    name: computed(() => row.value?.name ?? study),
    failure: computed(() => detail.error.value ?? followed.error.value),
  };
}
