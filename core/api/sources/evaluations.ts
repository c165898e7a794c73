import type { FollowedEvaluations } from '../../study/evaluations/followEvaluations.ts';
import type { TopicContext } from '../server.ts';
import { poll } from './polling.ts';

type Context = TopicContext<'study.evaluations'>;

interface Client {
  readonly context: Context;
  /** Rows that it has been sent, and after how many resets of the table; undefined before the first message. */
  sent: { rows: number; resets: number } | undefined;
}

/** A study's table, and how often rows that were told before became void. */
interface SharedTable {
  readonly followed: FollowedEvaluations;
  resets: number;
}

const intervalMs = 100;
const rowsPerMessage = 250_000;

/**
 * The tables of evaluated architectures that somebody looks at: each read once and kept as long as the core runs, because
 * it is asked for again and again, and followed as long as it is looked at, for any number of clients.
 */
export class EvaluationsSource {
  readonly #open: (study: string) => Promise<FollowedEvaluations>;
  readonly #tables = new Map<string, Promise<SharedTable>>();
  readonly #followers = new Map<string, { readonly clients: Set<Client>; readonly stop: () => void }>();

  constructor(open: (study: string) => Promise<FollowedEvaluations>) {
    this.#open = open;
  }

  /** A study's table as its history is now. @throws as FollowedEvaluations.update, and what opening it throws */
  async table(study: string): Promise<FollowedEvaluations> {
    return (await this.#updated(study)).followed;
  }

  /** Forgets a study that is gone. */
  forget(study: string): void {
    this.#tables.delete(study);
  }

  follow(study: string, context: Context): () => void {
    const client: Client = { context, sent: undefined };
    const entry = this.#followers.get(study) ?? this.#begin(study);
    entry.clients.add(client);
    return () => {
      entry.clients.delete(client);
      if (entry.clients.size > 0 || this.#followers.get(study) !== entry) return;
      entry.stop();
      this.#followers.delete(study);
    };
  }

  #begin(study: string) {
    const clients = new Set<Client>();
    const stop = poll(intervalMs, async () => {
      const table = await this.#updated(study);
      for (const client of clients) tell(client, table);
    }, (error) => {
      this.#followers.delete(study);
      for (const { context } of clients) context.fail(error);
    });
    const entry = { clients, stop };
    this.#followers.set(study, entry);
    return entry;
  }

  async #updated(study: string): Promise<SharedTable> {
    const opening = this.#tables.get(study) ?? this.#open(study).then((followed) => ({ followed, resets: 0 }));
    this.#tables.set(study, opening);
    try {
      const table = await opening;
      if ((await table.followed.update()).reset) table.resets++;
      return table;
    } catch (error) {
      this.#tables.delete(study);
      throw error;
    }
  }
}

function tell(client: Client, { followed: { table }, resets }: SharedTable): void {
  const { seq } = table.views();
  const known = client.sent === undefined ? rowsUpTo(seq, client.context.since)
    : client.sent.resets === resets ? client.sent.rows : undefined;
  let reset = known === undefined;
  let rows = known ?? 0;
  while (reset || rows < table.count) {
    const columns = table.slice(rows, Math.min(table.count, rows + rowsPerMessage));
    rows += columns.count;
    client.context.emit(rows === 0 ? 0 : seq[rows - 1], { reset, columns });
    reset = false;
  }
  client.sent = { rows, resets };
}

/** How many rows a client knows whose last one has the number `since`; undefined when that row is void by now, or unknown. */
function rowsUpTo(seq: Uint32Array, since: number | undefined): number | undefined {
  if (since === undefined) return undefined;
  if (since === 0) return 0;
  let [low, high] = [0, seq.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (seq[middle] < since) low = middle + 1;
    else high = middle;
  }
  return seq[low] === since ? low + 1 : undefined;
}
