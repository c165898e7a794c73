import { messageOf, PocketformerError } from '../base/errors.ts';
import { methods, topics } from './contract/contract.ts';
import type { MethodName, OutputOf, ParamsOf, ParsedInputOf, PayloadOf, ProgressOf, TopicName } from './contract/contract.ts';
import { clientMessageSchema } from './protocol.ts';
import type { ClientMessage, Failure, ServerMessage, Transport } from './protocol.ts';

export interface RequestContext<M extends MethodName = MethodName> {
  /** Aborted when the client cancels the request or goes away. */
  readonly signal: AbortSignal;
  progress(payload: ProgressOf<M>): void;
}

export type Handlers = {
  readonly [M in MethodName]: (input: ParsedInputOf<M>, context: RequestContext<M>) => OutputOf<M> | Promise<OutputOf<M>>;
};

export interface TopicContext<T extends TopicName = TopicName> {
  /** What the client knows already; undefined when it knows nothing. */
  readonly since: number | undefined;
  /** Sequence numbers grow within a topic's parameters, also across restarts of the core. */
  emit(seq: number, payload: PayloadOf<T>): void;
  /** Ends the subscription with an error. */
  fail(error: unknown): void;
}

/** Opens a source of events; returns what closes it. */
export type Sources = {
  readonly [T in TopicName]: (params: ParamsOf<T>, context: TopicContext<T>) => (() => void) | Promise<() => void>;
};

/** Answers clients over any number of transports. */
export class ApiServer {
  readonly #handlers: Handlers;
  readonly #sources: Sources;
  readonly #onUnexpected: (error: unknown) => void;

  /** @param onUnexpected hears of errors that are nobody's input: defects, to be logged with their stacks. */
  constructor(handlers: Handlers, sources: Sources, onUnexpected: (error: unknown) => void = () => undefined) {
    this.#handlers = handlers;
    this.#sources = sources;
    this.#onUnexpected = onUnexpected;
  }

  /** Serves one client until its transport closes; what it still had asked for is cancelled then. */
  connect(transport: Transport): void {
    const session = new Session(this.#handlers, this.#sources, transport, this.#onUnexpected);
    transport.onMessage((message) => session.receive(message));
    transport.onClose(() => session.end());
  }
}

class Session {
  readonly #handlers: Handlers;
  readonly #sources: Sources;
  readonly #transport: Transport;
  readonly #onUnexpected: (error: unknown) => void;
  /** What ends each request or subscription that is still going on, by its id. */
  readonly #open = new Map<number, () => void>();
  #ended = false;

  constructor(handlers: Handlers, sources: Sources, transport: Transport, onUnexpected: (error: unknown) => void) {
    this.#handlers = handlers;
    this.#sources = sources;
    this.#transport = transport;
    this.#onUnexpected = onUnexpected;
  }

  receive(data: unknown): void {
    const parsed = clientMessageSchema.safeParse(data);
    if (!parsed.success) {
      // Nobody who speaks this protocol sends that; an answer could not be addressed to anything.
      this.#transport.close();
      return;
    }
    const message = parsed.data;
    switch (message.kind) {
      case 'request': return void this.#request(message);
      case 'subscribe': return void this.#subscribe(message);
      case 'cancel': return this.#open.get(message.id)?.();
      case 'unsubscribe': return this.#open.get(message.id)?.();
    }
  }

  end(): void {
    this.#ended = true;
    for (const stop of [...this.#open.values()]) stop();
    this.#open.clear();
  }

  async #request({ id, method, input }: Extract<ClientMessage, { kind: 'request' }>): Promise<void> {
    if (!this.#isFree(id)) return;
    if (!Object.hasOwn(methods, method)) {
      return this.#post({ kind: 'error', id, error: { code: 'unknown-method', message: `There is no method "${method}".` } });
    }
    const name = method as MethodName;
    const parsed = methods[name].input.safeParse(input);
    if (!parsed.success) return this.#post({ kind: 'error', id, error: invalidInput(method, parsed.error.issues) });
    const controller = new AbortController();
    this.#open.set(id, () => controller.abort());
    let seq = 0;
    const progress = (payload: unknown) => {
      if (this.#open.has(id)) this.#post({ kind: 'event', id, seq: ++seq, payload });
    };
    try {
      const handler = this.#handlers[name] as (input: unknown, context: RequestContext) => unknown;
      const value = await handler(parsed.data, { signal: controller.signal, progress });
      this.#open.delete(id);
      this.#post({ kind: 'result', id, value });
    } catch (error) {
      this.#open.delete(id);
      this.#post({ kind: 'error', id, error: this.#failureOf(error) });
    }
  }

  async #subscribe({ id, topic, params, since }: Extract<ClientMessage, { kind: 'subscribe' }>): Promise<void> {
    if (!this.#isFree(id)) return;
    if (!Object.hasOwn(topics, topic)) {
      return this.#post({ kind: 'error', id, error: { code: 'unknown-topic', message: `There is no topic "${topic}".` } });
    }
    const name = topic as TopicName;
    const parsed = topics[name].params.safeParse(params);
    if (!parsed.success) return this.#post({ kind: 'error', id, error: invalidInput(topic, parsed.error.issues) });
    let isOpen = true;
    let close: (() => void) | undefined;
    const stop = () => {
      isOpen = false;
      this.#open.delete(id);
      close?.();
    };
    const fail = (error: unknown) => {
      if (!isOpen) return;
      stop();
      this.#post({ kind: 'error', id, error: this.#failureOf(error) });
    };
    this.#open.set(id, stop);
    try {
      const source = this.#sources[name] as (params: unknown, context: TopicContext) => (() => void) | Promise<() => void>;
      close = await source(parsed.data, {
        since, fail,
        emit: (seq, payload) => {
          if (isOpen) this.#post({ kind: 'event', id, seq, payload });
        },
      });
      if (!isOpen) close();
    } catch (error) {
      fail(error);
    }
  }

  #isFree(id: number): boolean {
    if (!this.#open.has(id)) return true;
    this.#post({ kind: 'error', id, error: { code: 'id-in-use', message: `The id ${id} is still in use.` } });
    return false;
  }

  #post(message: ServerMessage): void {
    if (!this.#ended) this.#transport.post(message);
  }

  #failureOf(error: unknown): Failure {
    if (!(error instanceof PocketformerError)) this.#onUnexpected(error);
    return failureOf(error);
  }
}

/** An error as the other side gets it. */
export function failureOf(error: unknown): Failure {
  if (error instanceof PocketformerError) {
    const { code, message, details } = error;
    return Object.keys(details).length === 0 ? { code, message } : { code, message, details };
  }
  return { code: 'unexpected', message: messageOf(error) };
}

function invalidInput(name: string, issues: readonly { path: readonly PropertyKey[]; message: string }[]): Failure {
  const [first] = issues;
  const place = first.path.length > 0 ? `${first.path.map(String).join('.')}: ` : '';
  return { code: 'invalid-input', message: `${name}: ${place}${first.message}`, details: { issues } };
}
