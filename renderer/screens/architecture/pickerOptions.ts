import { formatMacs, formatMs, formatValue } from '../../format/index.ts';
import type { Objective } from '../../format/index.ts';
import type { SelectOption } from '../../kit/index.ts';
import type { KnownArchitecture } from './reference.ts';

/** What can be picked: what was pinned, the study's fronts, the space's published networks, and whatever is shown now. */
export function pickerOptions(
  { fronts, networks, pinned, current, objective, deviceTitle }: {
    readonly fronts: readonly KnownArchitecture[];
    readonly networks: readonly string[];
    /** References with their labels. */
    readonly pinned: readonly { readonly reference: string; readonly label: string }[];
    /** What the screen shows, so that the field never is empty over a drawing. */
    readonly current: { readonly reference: string; readonly label: string } | null;
    /** What the fronts' values are. */
    readonly objective: Objective;
    readonly deviceTitle: (device: string) => string;
  },
): SelectOption[] {
  const options: SelectOption[] = [
    ...pinned.map(({ reference, label }) => ({ value: reference, label, hint: 'pinned' })),
    ...fronts.map((known) => ({ value: known.id, label: known.name === null ? known.id : `${known.name} (${known.id})`, hint: frontHint(known, objective, deviceTitle) })),
    ...networks.map((name) => ({ value: name, label: name, hint: 'published' })),
  ];
  const once = [...new Map(options.map((option) => [option.value, option])).values()];
  const has = current === null || once.some(({ value }) => value === current.reference);
  return has ? once : [{ value: current.reference, label: current.label, hint: 'shown' }, ...once];
}

function frontHint({ value, latencyMs, macs }: KnownArchitecture, objective: Objective, deviceTitle: (device: string) => string): string {
  const [[device, ms]] = Object.entries(latencyMs);
  return [objective.kind === 'accuracy' ? formatValue(objective, value) : `${objective.title} ${formatValue(objective, value)}`, `${formatMs(ms)} ${deviceTitle(device)}`, `${formatMacs(macs)}`].join(', ');
}
