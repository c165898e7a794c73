import type { ArchitectureBlock, ArchitectureDetail } from '../../../../core/api/contract/types.ts';
import { blockLook, times } from '../blockText.ts';
import { costsOf, stagesOf } from '../stages.ts';
import type { Costs, Stage } from '../stages.ts';

/** A choice that differs; null where one side has no such choice. */
export interface ChoiceChange {
  readonly name: string;
  readonly here: string | null;
  readonly there: string | null;
}

/** `here` and `there`: the block exists on one side alone. */
export type DifferenceKind = 'same' | 'changed' | 'here' | 'there';

export interface BlockDifference {
  readonly id: string;
  readonly kind: DifferenceKind;
  readonly here: ArchitectureBlock | null;
  readonly there: ArchitectureBlock | null;
  readonly changes: readonly ChoiceChange[];
}

export interface StageDifference {
  readonly id: string;
  readonly title: string;
  readonly kind: DifferenceKind;
  readonly here: Stage | null;
  readonly there: Stage | null;
  readonly blocks: readonly BlockDifference[];
  /** What differs in the stage as a whole, each choice once. */
  readonly changes: readonly ChoiceChange[];
  /** Here less there. */
  readonly delta: Costs;
}

/** Two architectures of one space, stage by stage and block by block; blocks are the same part when they have the same name. */
export function compareArchitectures(here: Pick<ArchitectureDetail, 'blocks'>, there: Pick<ArchitectureDetail, 'blocks'>): StageDifference[] {
  const stagesHere = new Map(stagesOf(here.blocks).map((stage) => [stage.id, stage]));
  const stagesThere = new Map(stagesOf(there.blocks).map((stage) => [stage.id, stage]));
  return mergedOrder([...stagesHere.keys()], [...stagesThere.keys()]).map((id) => {
    const [mine, other] = [stagesHere.get(id) ?? null, stagesThere.get(id) ?? null];
    const blocks = compareBlocks(mine?.blocks ?? [], other?.blocks ?? []);
    const changes = mine && other ? stageChanges(mine, other) : [];
    const isSame = changes.length === 0 && blocks.every(({ kind }) => kind === 'same');
    return {
      id, title: (mine ?? other)?.title ?? id, here: mine, there: other, blocks, changes,
      kind: mine === null ? 'there' : other === null ? 'here' : isSame ? 'same' : 'changed',
      delta: costsDelta(mine ?? costsOf([]), other ?? costsOf([])),
    };
  });
}

/** What `here` costs more than `there`. */
export function costsDelta(here: Costs, there: Costs): Costs {
  const devices = new Set([...Object.keys(here.latencyMs), ...Object.keys(there.latencyMs)]);
  return {
    params: here.params - there.params, macs: here.macs - there.macs,
    latencyMs: Object.fromEntries([...devices].map((device) => [device, (here.latencyMs[device] ?? 0) - (there.latencyMs[device] ?? 0)])),
  };
}

function compareBlocks(here: readonly ArchitectureBlock[], there: readonly ArchitectureBlock[]): BlockDifference[] {
  const [mine, others] = [new Map(here.map((block) => [block.name, block])), new Map(there.map((block) => [block.name, block]))];
  return mergedOrder([...mine.keys()], [...others.keys()]).map((id) => {
    const [a, b] = [mine.get(id) ?? null, others.get(id) ?? null];
    const changes = a && b ? blockChanges(a, b) : [];
    return { id, here: a, there: b, changes, kind: a === null ? 'there' : b === null ? 'here' : changes.length > 0 ? 'changed' : 'same' };
  });
}

function blockChanges(here: ArchitectureBlock, there: ArchitectureBlock): ChoiceChange[] {
  const [mine, others] = [choicesOf(here), choicesOf(there)];
  const names = [...new Set([...mine.keys(), ...others.keys()])];
  return names.map((name) => ({ name, here: mine.get(name) ?? null, there: others.get(name) ?? null })).filter(differs);
}

/** Sizes that follow from the width alone (of squeeze-excitation) are left out: they would mark every wider block twice. */
function choicesOf(block: ArchitectureBlock): Map<string, string> {
  return new Map([
    ['type', blockLook(block.type).label] as const,
    ...block.choices.map(({ name, value }) => [name, name === 'squeeze-excitation' ? 'yes' : times(value)] as const),
    ['width', String(block.output.channels)] as const,
  ]);
}

function stageChanges(here: Stage, there: Stage): ChoiceChange[] {
  const [mine, others] = [stageChoices(here), stageChoices(there)];
  const names = [...new Set([...mine.keys(), ...others.keys()])];
  return names.map((name) => ({ name, here: mine.get(name) ?? null, there: others.get(name) ?? null })).filter(differs);
}

/** A stage's choices: each value that its blocks take, once. */
function stageChoices(stage: Stage): Map<string, string> {
  const choices = new Map<string, Set<string>>();
  for (const block of stage.blocks) {
    for (const { name, value } of block.choices) {
      if (name === 'squeeze-excitation') continue;
      const key = `${blockLook(block.type).label} ${name}`;
      choices.set(key, (choices.get(key) ?? new Set()).add(times(value)));
    }
  }
  return new Map([
    ['resolution', `${stage.output.height}×${stage.output.width}`],
    ['width', String(stage.output.channels)],
    ['depth', String(stage.depth)],
    ...[...choices].map(([name, values]): [string, string] => [name, [...values].join(', ')]),
  ]);
}

const differs = ({ here, there }: ChoiceChange) => here !== there;

/** Both lists' names once, each list's own order kept as far as they agree. */
export function mergedOrder(one: readonly string[], other: readonly string[]): string[] {
  const inOne = new Set(one);
  const merged: string[] = [];
  const taken = new Set<string>();
  const take = (name: string) => {
    if (!taken.has(name)) {
      taken.add(name);
      merged.push(name);
    }
  };
  for (const name of one) {
    const at = other.indexOf(name);
    if (at >= 0) other.slice(0, at).filter((before) => !inOne.has(before)).forEach(take);
    take(name);
  }
  other.forEach(take);
  return merged;
}

/** "kernel 5×5 → 3×3", read from there to here. */
export function changeText({ name, here, there }: ChoiceChange): string {
  if (there === null) return `${name} ${here === 'yes' ? '' : here}`.trim() + ' added';
  if (here === null) return `${name} ${there === 'yes' ? '' : there}`.trim() + ' left out';
  return `${name} ${there} → ${here}`;
}
