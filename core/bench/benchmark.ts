import type { Engine } from '../engine/engine.ts';
import type { Network } from '../network/network.ts';
import type { SliceRole } from '../network/definition.ts';

/** What a peer must do to take the same steps; see `peer/step.py`. */
export type PeerJob = {
  readonly batch: number;
  /** Height and width of the images in pixels, before a subnet's resolution. */
  readonly imageSize: number;
  readonly classes: number;
  readonly parameters: Readonly<Record<string, { readonly shape: readonly number[]; readonly slice: readonly SliceRole[] }>>;
} & (
  | { readonly kind: 'network'; readonly network: Network }
  | { readonly kind: 'supernet'; readonly steps: readonly (readonly Network[])[]; readonly smallest: Network }
);

/** A training step that can be taken again and again. */
export interface Steps {
  /** Takes one. @returns its loss */
  readonly step: () => number;
  /** Multiply-accumulates of a step, forward and backward. */
  readonly macs: number;
  readonly peer: PeerJob;
}

export interface Benchmark {
  readonly name: string;
  /** One line: what is trained on what. */
  readonly title: string;
  prepare(engine: Engine): Steps;
}
