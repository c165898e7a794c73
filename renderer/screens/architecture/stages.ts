import type { ArchitectureBlock } from '../../../core/api/contract/types.ts';

export interface Costs {
  readonly params: number;
  /** Multiply-accumulates of one image. */
  readonly macs: number;
  /** By device. */
  readonly latencyMs: Readonly<Record<string, number>>;
}

/** Blocks that follow each other and belong together. */
export interface Stage extends Costs {
  readonly id: string;
  /** For people: "Stage 2", "Stem". */
  readonly title: string;
  readonly blocks: readonly ArchitectureBlock[];
  readonly input: ArchitectureBlock['input'];
  readonly output: ArchitectureBlock['output'];
  /** Layers: an attention and the MLP after it are one; a transition between stages is none. */
  readonly depth: number;
}

/** The stages of a network in the order of the data flow, with their sums. */
export function stagesOf(blocks: readonly ArchitectureBlock[]): Stage[] {
  const runs: ArchitectureBlock[][] = [];
  for (const block of blocks) {
    const last = runs.at(-1);
    if (last?.[0].stage === block.stage) last.push(block);
    else runs.push([block]);
  }
  return runs.map((run) => ({
    id: run[0].stage, title: stageTitle(run[0].stage), blocks: run, input: run[0].input, output: run[run.length - 1].output,
    depth: depthOf(run), ...costsOf(run),
  }));
}

/** What some blocks cost together. */
export function costsOf(blocks: readonly ArchitectureBlock[]): Costs {
  const latencyMs: Record<string, number> = {};
  for (const block of blocks) {
    for (const [device, ms] of Object.entries(block.latencyMs)) latencyMs[device] = (latencyMs[device] ?? 0) + ms;
  }
  return { params: sum(blocks.map(({ params }) => params)), macs: sum(blocks.map(({ macs }) => macs)), latencyMs };
}

/** "stages.1" as people count: "Stage 2", "patchEmbed" as short as the drawing has it. Other names only get a capital. */
export function stageTitle(id: string): string {
  if (id === 'patchEmbed') return 'Patches';
  const [word, number] = id.split('.');
  if (number === undefined || !/^\d+$/.test(number)) return capital(id);
  return `${capital(word.replace(/s$/, ''))} ${Number(number) + 1}`;
}

/** The layer within its stage that a block is part of: "layers.0" for "stages.2.layers.0.attention". */
export function layerOf({ name, stage }: Pick<ArchitectureBlock, 'name' | 'stage'>): string {
  const rest = name.startsWith(`${stage}.`) ? name.slice(stage.length + 1) : name;
  return /^\w+\.\d+/.exec(rest)?.[0] ?? rest;
}

function depthOf(blocks: readonly ArchitectureBlock[]): number {
  const numbered = new Set(blocks.map(layerOf).filter((layer) => /\.\d+$/.test(layer)));
  return numbered.size || new Set(blocks.map(layerOf)).size;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
