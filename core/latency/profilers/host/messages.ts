import type { RoundLength } from '../profiler.ts';

/** How ONNX Runtime runs a model in the measuring process. */
export interface HostRun {
  readonly path: string;
  readonly threads: number;
  readonly spinning: boolean;
  readonly input: { readonly name: string; readonly shape: readonly number[]; readonly file?: string };
  /** The output to return; the only one where it is not named. */
  readonly output?: string;
}

export type HostRequest =
  | ({ readonly kind: 'measure'; readonly length: RoundLength } & HostRun)
  /** Runs with a profile, which is written to a file whose path begins with the prefix. */
  | ({ readonly kind: 'profile'; readonly runs: number; readonly prefix: string } & HostRun);

export interface HostRunResult {
  readonly warmUpRuns: number;
  /** Empty for profiles, whose runs are slower. */
  readonly runsMs: readonly number[];
  readonly interruptedRuns: number;
  readonly output: Float32Array;
}

export type HostAnswer =
  | { readonly ok: true; readonly value: HostRunResult }
  | { readonly ok: false; readonly code?: string; readonly message: string };
