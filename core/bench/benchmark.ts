import type { Engine } from '../engine/engine.ts';
import type { Network } from '../network/network.ts';
import type { SliceRole } from '../network/definition.ts';

/** What a peer must do to take the same training steps; see `peer/step.py`. */
export type TrainingPeerJob = {
  readonly batch: number;
  /** Height and width of the images in pixels, before a subnet's resolution. */
  readonly imageSize: number;
  readonly classes: number;
  readonly parameters: Readonly<Record<string, { readonly shape: readonly number[]; readonly slice: readonly SliceRole[] }>>;
} & (
  | { readonly kind: 'network'; readonly network: Network }
  | { readonly kind: 'supernet'; readonly steps: readonly (readonly Network[])[]; readonly smallest: Network }
);

/** What a peer must score literally, one network a step; see `peer/dss.py`. */
export interface ScoringPeerJob {
  readonly kind: 'dss';
  readonly networks: readonly Network[];
}

export type PeerJob = TrainingPeerJob | ScoringPeerJob;

/** Work that can be done again and again. */
export interface Steps {
  /** Does it once: a training step, or a portion of architectures. @returns its loss, or the mean score so far */
  readonly step: () => number | Promise<number>;
  /** Units of the benchmark that a step is; 1 unless given. Times and multiply-accumulates are told for one. */
  readonly units?: number;
  /** Multiply-accumulates of a unit, forward and backward; unless they are known beforehand, of those that were done. */
  readonly macs: number | (() => number);
  /** Where there is one. */
  readonly peer?: PeerJob;
  /** What it is compared with here, in place of a peer. */
  readonly baseline?: { readonly name: string; readonly step: () => number };
  readonly dispose?: () => Promise<void>;
}

export interface Benchmark {
  readonly name: string;
  /** One line: what is trained on what, or scored. */
  readonly title: string;
  /** What times are of. */
  readonly unit: 'step' | 'architecture';
  prepare(engine: Engine): Steps | Promise<Steps>;
}
