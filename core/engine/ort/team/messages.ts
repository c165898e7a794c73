import type { MessagePort } from 'node:worker_threads';
import type { Graph } from '../../../graph/graph.ts';
import type { CollectiveMemory } from './collective.ts';
import type { WasmMemory } from '../../wasm/platform.ts';
import type { Job } from './job.ts';

/** What a member's thread starts with. */
export interface MemberData {
  readonly rank: number;
  readonly memory: CollectiveMemory;
  /** Bytes that its arena may grow to. */
  readonly memoryCeilingBytes: number;
  /** Where it reports what went wrong; read without waiting for events. */
  readonly failures: MessagePort;
}

/** What a member is told. */
export type MemberMessage =
  | { readonly kind: 'graph'; readonly id: number; readonly graph: Graph }
  /** Where the arrays of the jobs that follow lie. */
  | { readonly kind: 'memory'; readonly memory: WasmMemory }
  | { readonly kind: 'job'; readonly job: Job };

/** What went wrong in a member. */
export interface MemberFailure {
  readonly code: string | undefined;
  readonly message: string;
  readonly stack?: string;
}
