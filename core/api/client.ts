import type { InputOf, MethodName, OutputOf, ParamsOf, PayloadOf, ProgressOf, TopicName } from './contract/contract.ts';
import type { Failure, ServerMessage, Transport } from './protocol.ts';

/** A failure that the core reported, or the loss of the connection to it (`connection-lost`). */
export class ApiError extends Error {
  readonly code: string;
  readonly details: unknown;

  constructor({ code, message, details }: Failure) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.details = details;
  }
}

export type ConnectionState = 'connecting' | 'open' | 'lost' | 'closed';

export interface CallOptions<M extends MethodName> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ProgressOf<M>) => void;
}

export interface ClientOptions {
  /** Pauses before each further try to connect; the last one repeats. */
  readonly retryDelaysMs?: readonly number[];
}

interface Call {
  readonly message: { kind: 'request'; id: number; method: string; input: unknown };
  sent: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: ApiError) => void;
  readonly onProgress?: (payload: unknown) => void;
}

interface Subscription {
  readonly topic: string;
  readonly params: unknown;
  since: number | undefined;
  readonly onEvent: (payload: unknown) => void;
  readonly onError: (error: ApiError) => void;
}

/**
 * The window's end of the contract. Connects by itself, and again when the connection is lost: subscriptions go on after
 * the last event they have seen; calls that were under way are rejected, because they may or may not have been done.
 */
export class ApiClient {
  readonly #connect: () => Promise<Transport>;
  readonly #retryDelaysMs: readonly number[];
  readonly #calls = new Map<number, Call>();
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #stateListeners = new Set<(state: ConnectionState, failure: ApiError | undefined) => void>();
  #transport: Transport | undefined;
  #state: ConnectionState = 'connecting';
  #nextId = 1;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(connect: () => Promise<Transport>, options: ClientOptions = {}) {
    this.#connect = connect;
    this.#retryDelaysMs = options.retryDelaysMs ?? [100, 250, 500, 1000, 2000, 5000];
    void this.#open();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Hears of every change of state, with the reason when a connection could not be made. */
  onState(listener: (state: ConnectionState, failure: ApiError | undefined) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** @throws ApiError with the core's code, `connection-lost`, or `cancelled` after the signal */
  call<M extends MethodName>(method: M, input: InputOf<M>, options: CallOptions<M> = {}): Promise<OutputOf<M>> {
    const { signal, onProgress } = options;
    if (this.#state === 'closed') return Promise.reject(lost());
    if (signal?.aborted) return Promise.reject(cancelled());
    const id = this.#nextId++;
    return new Promise<OutputOf<M>>((resolve, reject) => {
      const call: Call = {
        message: { kind: 'request', id, method, input }, sent: false, reject,
        resolve: (value) => resolve(value as OutputOf<M>),
        ...(onProgress ? { onProgress: (payload) => onProgress(payload as ProgressOf<M>) } : {}),
      };
      this.#calls.set(id, call);
      signal?.addEventListener('abort', () => this.#cancel(id), { once: true });
      this.#send(call);
    });
  }

  /** @returns what ends the subscription */
  subscribe<T extends TopicName>(
    topic: T, params: ParamsOf<T>, onEvent: (payload: PayloadOf<T>) => void, onError: (error: ApiError) => void = () => undefined,
  ): () => void {
    const id = this.#nextId++;
    const subscription: Subscription = { topic, params, since: undefined, onError, onEvent: (payload) => onEvent(payload as PayloadOf<T>) };
    this.#subscriptions.set(id, subscription);
    if (this.#transport) this.#sendSubscription(id, subscription);
    return () => {
      if (this.#subscriptions.delete(id)) this.#transport?.post({ kind: 'unsubscribe', id });
    };
  }

  /** Ends everything; the client cannot be used afterwards. */
  close(): void {
    this.#setState('closed');
    clearTimeout(this.#retry);
    this.#subscriptions.clear();
    this.#transport?.close();
    this.#transport = undefined;
    this.#rejectCalls(() => true);
  }

  async #open(): Promise<void> {
    let transport: Transport;
    try {
      transport = await this.#connect();
    } catch (error) {
      this.#later(error instanceof ApiError ? error : undefined);
      return;
    }
    if (this.#state === 'closed') return transport.close();
    this.#transport = transport;
    this.#attempt = 0;
    transport.onMessage((message) => this.#receive(message as ServerMessage));
    transport.onClose(() => this.#lose(transport));
    this.#setState('open');
    for (const [id, subscription] of this.#subscriptions) this.#sendSubscription(id, subscription);
    for (const call of this.#calls.values()) this.#send(call);
  }

  #lose(transport: Transport): void {
    if (this.#transport !== transport) return;
    this.#transport = undefined;
    this.#rejectCalls(({ sent }) => sent);
    this.#later();
  }

  #later(failure?: ApiError): void {
    if (this.#state === 'closed') return;
    this.#setState('lost', failure);
    const delayMs = this.#retryDelaysMs[Math.min(this.#attempt++, this.#retryDelaysMs.length - 1)];
    this.#retry = setTimeout(() => void this.#open(), delayMs);
  }

  #send(call: Call): void {
    if (!this.#transport) return;
    call.sent = true;
    this.#transport.post(call.message);
  }

  #sendSubscription(id: number, { topic, params, since }: Subscription): void {
    this.#transport?.post({ kind: 'subscribe', id, topic, params, ...(since === undefined ? {} : { since }) });
  }

  #cancel(id: number): void {
    const call = this.#calls.get(id);
    if (!call) return;
    if (call.sent) this.#transport?.post({ kind: 'cancel', id });
    this.#calls.delete(id);
    call.reject(cancelled());
  }

  #receive(message: ServerMessage): void {
    const call = this.#calls.get(message.id);
    const subscription = this.#subscriptions.get(message.id);
    switch (message.kind) {
      case 'result':
        this.#calls.delete(message.id);
        return call?.resolve(message.value);
      case 'error':
        this.#calls.delete(message.id);
        this.#subscriptions.delete(message.id);
        call?.reject(new ApiError(message.error));
        return subscription?.onError(new ApiError(message.error));
      case 'event':
        if (subscription) {
          subscription.since = message.seq;
          return subscription.onEvent(message.payload);
        }
        return call?.onProgress?.(message.payload);
    }
  }

  #rejectCalls(which: (call: Call) => boolean): void {
    for (const [id, call] of this.#calls) {
      if (!which(call)) continue;
      this.#calls.delete(id);
      call.reject(lost());
    }
  }

  #setState(state: ConnectionState, failure?: ApiError): void {
    if (this.#state === state && failure === undefined) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener(state, failure);
  }
}

const lost = () => new ApiError({ code: 'connection-lost', message: 'The connection to the core was lost before it answered.' });
const cancelled = () => new ApiError({ code: 'cancelled', message: 'Cancelled on request.' });
