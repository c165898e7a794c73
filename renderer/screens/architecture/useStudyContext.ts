import { computed } from 'vue';
import type { ComputedRef } from 'vue';
import type { ApiError } from '../../../core/api/client.ts';
import type { OutputOf } from '../../../core/api/contract/contract.ts';
import { useQuery } from '../../api/useApi.ts';
import type { Query } from '../../api/useApi.ts';
import { accuracyObjective } from '../../format/index.ts';
import type { Objective } from '../../format/index.ts';
import { frontArchitectures } from './reference.ts';
import type { KnownArchitecture } from './reference.ts';

type StudyDetail = OutputOf<'studies.get'>;
export type SpaceInfo = OutputOf<'spaces.list'>[number];

/** What an architecture is seen in: a study with its data, devices and weights, or only a space. */
export interface StudyContext {
  readonly study: ComputedRef<string | null>;
  readonly query: Query<StudyDetail>;
  readonly detail: ComputedRef<StudyDetail | null>;
  readonly spaces: ComputedRef<readonly SpaceInfo[]>;
  /** Undefined until it is known. */
  readonly space: ComputedRef<SpaceInfo | undefined>;
  readonly devices: ComputedRef<readonly string[] | undefined>;
  /** A device's title for people. */
  readonly deviceTitle: (device: string) => string;
  /** Of the study's images; undefined leaves it to the space. */
  readonly classes: ComputedRef<number | undefined>;
  readonly fronts: ComputedRef<readonly KnownArchitecture[]>;
  /** What the study makes large; accuracy while that is not known. */
  readonly objective: ComputedRef<Objective>;
  /** Whether there are weights that an export can take: learned ones or, where nothing is trained, untrained ones. */
  readonly hasWeights: ComputedRef<boolean>;
  /** As Node names it, of the machine where the core runs. */
  readonly platform: ComputedRef<string>;
  readonly error: ComputedRef<ApiError | undefined>;
  reload(): void;
}

export function useStudyContext(props: { readonly study: string | null; readonly space: string | null }): StudyContext {
  const query = useQuery('studies.get', () => (props.study === null ? undefined : { study: props.study }));
  const spaceList = useQuery('spaces.list', {});
  const deviceList = useQuery('devices.list', {});
  const info = useQuery('app.info', {});
  const detail = computed(() => (props.study === null || query.data.value?.row.id !== props.study ? null : query.data.value));
  const spaces = computed(() => spaceList.data.value ?? []);
  return {
    study: computed(() => props.study),
    query, detail, spaces,
    space: computed(() => {
      const id = props.study === null ? (props.space ?? spaces.value[0]?.id) : detail.value?.row.space;
      return spaces.value.find((space) => space.id === id);
    }),
    devices: computed(() => (props.study === null ? deviceList.data.value?.map(({ name, path, shipped }) => (shipped ? name : path)) : detail.value?.row.devices)),
    deviceTitle: (device) => deviceList.data.value?.find(({ name }) => name === device)?.title ?? device,
    classes: computed(() => detail.value?.summary?.data?.classes.length),
    objective: computed(() => detail.value?.row.objective ?? accuracyObjective),
    fronts: computed(() => frontArchitectures(detail.value?.summary?.fronts ?? [])),
    hasWeights: computed(() => (detail.value?.row.objective?.kind === 'score' ? detail.value.summary !== null : (detail.value?.summary?.evaluations ?? 0) > 0)),
    platform: computed(() => info.data.value?.platform ?? 'linux'),
    error: computed(() => query.error.value ?? spaceList.error.value ?? deviceList.error.value),
    reload: () => {
      query.reload();
      spaceList.reload();
      deviceList.reload();
    },
  };
}
