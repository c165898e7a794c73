import type { Dim } from '../../../graph/dims.ts';
import type { Group } from './schedule.ts';
import type { Storage } from './steps.ts';

/** Memory for results that do not leave their group. Those that are not needed at the same time share a slot. */
export interface InnerSlots {
  readonly slotOf: ReadonlyMap<Storage, number>;
  /** Float32 of each slot, for all channels. */
  readonly lengths: readonly Dim[];
}

export function innerSlots(group: Exclude<Group, { kind: 'nodes' }>, inner: readonly Storage[]): InnerSlots {
  const steps = group.kind === 'channels' ? group.steps : [group];
  const isInner = new Set(inner);
  const lastUse = new Map<Storage, number>();
  steps.forEach(({ reads, writes }, i) => [...reads, ...writes].forEach((storage) => lastUse.set(storage, i)));
  const slotOf = new Map<Storage, number>();
  const lengths: Dim[] = [];
  const free: number[] = [];
  steps.forEach(({ writes }, i) => {
    for (const storage of writes) {
      if (!isInner.has(storage)) continue;
      const at = free.findIndex((slot) => lengths[slot] === storage.length);
      slotOf.set(storage, at >= 0 ? free.splice(at, 1)[0] : lengths.push(storage.length) - 1);
    }
    for (const [storage, slot] of slotOf) if (lastUse.get(storage) === i) free.push(slot);
  });
  return { slotOf, lengths };
}
