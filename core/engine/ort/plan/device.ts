import type { Graph } from '../../../graph/graph.ts';
import type { Address, Arena } from '../../wasm/arena.ts';
import type { Kernel } from '../../wasm/library.ts';
import { GraphSession } from '../graphSession.ts';
import type { InPlaceSession } from '../inPlaceSession.ts';
import { SessionPool } from '../sessionPool.ts';
import type { Peers } from './peers.ts';
import { MatrixProducts } from './product.ts';

/** What plans run on: memory, the kernels and matrix products that work on it, and the native sessions. */
export class Device {
  readonly arena: Arena;
  readonly kernels: Readonly<Record<string, Kernel>>;
  readonly products: MatrixProducts;
  /** Those that share each batch with this device, if any. */
  readonly peers: Peers | undefined;
  readonly #threads: number;
  readonly #sessions: SessionPool<InPlaceSession>;

  /** @param kernels at work on the arena's memory */
  constructor(arena: Arena, kernels: Readonly<Record<string, Kernel>>, threads: number, peers?: Peers) {
    this.arena = arena;
    this.kernels = kernels;
    this.products = new MatrixProducts(arena, threads);
    this.peers = peers;
    this.#threads = threads;
    this.#sessions = new SessionPool(threads);
  }

  session(graph: Graph): GraphSession {
    return new GraphSession(graph, { threads: this.#threads }, this.#sessions);
  }

  readonly copy = (from: Address, to: Address, length: number): void => {
    new Uint8Array(this.arena.memory.buffer).copyWithin(to, from, from + 4 * length);
  };
}
