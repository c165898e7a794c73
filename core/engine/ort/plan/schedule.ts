import type { Dim } from '../../../graph/dims.ts';
import type { ChannelStep, NodeStep, ProductStep, Storage, UnitStep, WholeStep } from './steps.ts';

/** Steps that run together: channel by channel while their data are in the cache, or as one session. */
export type Group =
  | { readonly kind: 'channels'; readonly channels: Dim; readonly steps: readonly ChannelStep[] }
  | { readonly kind: 'nodes'; readonly steps: readonly NodeStep[] }
  | WholeStep
  | ProductStep;

/** The steps that some output depends on: kernels that do the work of several nodes leave others without a reader. */
export function neededSteps(steps: readonly UnitStep[], outputs: readonly Storage[]): UnitStep[] {
  const wanted = new Set(outputs);
  const needed = steps.toReversed().filter(({ reads, writes }) => {
    if (!writes.some((storage) => wanted.has(storage))) return false;
    reads.forEach((storage) => wanted.add(storage));
    return true;
  });
  return needed.reverse();
}

/**
 * Sorts steps into groups. Each group starts with the first step left, and takes in all later ones of its kind that
 * need nothing from outside that is not there yet.
 */
export function groupSteps(steps: readonly UnitStep[]): Group[] {
  const groups: Group[] = [];
  const unmade = new Set(steps.flatMap(({ writes }) => writes));
  let left = [...steps];
  while (left.length > 0) {
    const [first] = left;
    const taken: UnitStep[] = [];
    const made = new Set<Storage>();
    const fits = (step: UnitStep) => (first.kind === 'node' || first.kind === 'channels'
      ? step.kind === first.kind && (step.kind !== 'channels' || step.channels === (first as ChannelStep).channels)
      : step === first);
    for (const step of left) {
      if (!fits(step) || step.reads.some((storage) => unmade.has(storage) && !made.has(storage))) continue;
      // What is read as a whole must be finished before the first channel.
      if (step.kind === 'channels' && step.shared.some((storage) => made.has(storage))) continue;
      taken.push(step);
      step.writes.forEach((storage) => made.add(storage));
    }
    made.forEach((storage) => unmade.delete(storage));
    const chosen = new Set(taken);
    left = left.filter((step) => !chosen.has(step));
    if (first.kind === 'channels') groups.push({ kind: 'channels', channels: first.channels, steps: taken as ChannelStep[] });
    else if (first.kind === 'node') groups.push({ kind: 'nodes', steps: taken as NodeStep[] });
    else groups.push(first);
  }
  return groups;
}

export interface GroupUse {
  readonly reads: ReadonlySet<Storage>;
  readonly writes: ReadonlySet<Storage>;
}

/** What a group touches, its inner results included. */
export function useOf(group: Group): GroupUse {
  const steps = group.kind === 'channels' || group.kind === 'nodes' ? group.steps : [group];
  const writes = new Set<Storage>(steps.flatMap((step) => [...step.writes]));
  return { writes, reads: new Set(steps.flatMap((step) => [...step.reads]).filter((storage) => !writes.has(storage))) };
}

/** When memory is needed: from the group that writes a storage to the last one that reads it. */
export interface Lifetimes {
  /** For each group, the storages that must exist beyond it, and are made by it. */
  readonly made: readonly (readonly Storage[])[];
  /** For each group, the storages that only it touches. */
  readonly inner: readonly (readonly Storage[])[];
  /** For each group, the storages that nothing needs after it. */
  readonly dead: readonly (readonly Storage[])[];
}

/** @param outlasting storages whose memory the plan must not give away: feeds and outputs */
export function lifetimesOf(groups: readonly Group[], outlasting: ReadonlySet<Storage>): Lifetimes {
  const uses = groups.map(useOf);
  const lastRead = new Map<Storage, number>();
  uses.forEach(({ reads }, i) => reads.forEach((storage) => lastRead.set(storage, i)));
  const made = uses.map(({ writes }) => [...writes].filter((storage) => lastRead.has(storage) || outlasting.has(storage)));
  const inner = uses.map(({ writes }) => [...writes].filter((storage) => !lastRead.has(storage) && !outlasting.has(storage)));
  const dead = uses.map(({ reads }, i) => [...reads].filter((storage) => lastRead.get(storage) === i && !outlasting.has(storage)));
  return { made, inner, dead };
}
