import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiClient, ApiError } from '../../core/api/client.ts';
import { ApiServer } from '../../core/api/server.ts';
import type { Handlers, Sources, TopicContext } from '../../core/api/server.ts';
import { InputError } from '../../core/base/errors.ts';
import { messagePortLine, webSocketLine } from './pairs.ts';
import type { Line } from './pairs.ts';

/* The same behaviour over every transport: a window must not be able to tell them apart. */

const lines: Record<string, (server: ApiServer) => Line | Promise<Line>> = { MessagePort: messagePortLine, WebSocket: webSocketLine };

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function setUp(kind: string, handlers: Partial<Handlers>, sources: Partial<Sources> = {}) {
  const unexpected: unknown[] = [];
  const server = new ApiServer(handlers as Handlers, sources as Sources, (error) => unexpected.push(error));
  const line = await lines[kind](server);
  const client = new ApiClient(() => line.connect(), { retryDelaysMs: [5] });
  closing.push(() => line.close(), () => client.close());
  return { client, line, unexpected };
}

const failureOf = async (call: Promise<unknown>) => {
  const error: unknown = await call.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof ApiError)) throw new Error(`expected an ApiError, got ${String(error)}`);
  return { code: error.code, message: error.message, details: error.details };
};

describe.each(Object.keys(lines))('over a %s', (kind) => {
  it('answers requests, also those made before the connection stands', async () => {
    const { client } = await setUp(kind, { 'studies.duplicate': ({ study, name }) => ({ study: `${study}/${name}` }) });
    const answers = await Promise.all([1, 2, 3].map((i) => client.call('studies.duplicate', { study: 's', name: String(i) })));
    expect(answers).toEqual([{ study: 's/1' }, { study: 's/2' }, { study: 's/3' }]);
  });

  it('brings typed arrays over as they are, NaN and infinities included', async () => {
    const rows = Uint32Array.of(1, 2 ** 32 - 1);
    const column = Float32Array.of(0.1, NaN, -Infinity);
    let seen: unknown;
    const { client } = await setUp(kind, {
      'results.coordinates': (input) => {
        seen = input.rows;
        return { dimensions: [{ name: 'd', title: 'D', values: [1, 2], column }] };
      },
    });
    const { dimensions } = await client.call('results.coordinates', { study: 's', rows });
    expect(seen).toEqual(rows);
    expect(dimensions[0].column).toBeInstanceOf(Float32Array);
    expect(dimensions[0].column).toEqual(column);
  });

  it('reports progress before the result', async () => {
    const { client } = await setUp(kind, {
      'architectures.export': async (_, { progress }) => {
        progress({ fraction: 0.5, words: 'half' });
        progress({ fraction: 1, words: 'all' });
        return { path: '/f', sizeBytes: 1, opset: 17, maxAbsDiff: 0, relativeDiff: 0, classes: 1, resolution: 1, nodes: { written: 1, optimised: 1 }, precision: 'float32' as const };
      },
    });
    const words: string[] = [];
    const input = { study: 's', arch: {}, out: '/f', batch: 'dynamic' } as const;
    await client.call('architectures.export', input, { onProgress: (progress) => words.push(progress.words) });
    expect(words).toEqual(['half', 'all']);
  });

  it('rejects input that the contract does not allow, without calling the handler', async () => {
    const handler = vi.fn();
    const { client } = await setUp(kind, { 'studies.rename': handler });
    const failure = await failureOf(client.call('studies.rename', { study: '', name: 'x' }));
    expect(failure.code).toBe('invalid-input');
    expect(failure.message).toContain('study');
    expect(handler).not.toHaveBeenCalled();
  });

  it('says that a method or a topic does not exist', async () => {
    const { client } = await setUp(kind, {});
    expect((await failureOf(client.call('studies.burn' as 'studies.list', {}))).code).toBe('unknown-method');
    const code = await new Promise((resolve) => {
      client.subscribe('weather' as 'jobs', {}, () => undefined, (error) => resolve(error.code));
    });
    expect(code).toBe('unknown-topic');
  });

  it('names of Object.prototype are no methods', async () => {
    const { client } = await setUp(kind, {});
    expect((await failureOf(client.call('constructor' as 'studies.list', {}))).code).toBe('unknown-method');
  });

  it("keeps an error's code, message and details, and tells its own side of defects", async () => {
    const { client, unexpected } = await setUp(kind, {
      'studies.open': () => { throw new InputError('not-a-study', 'No study there.', { details: { path: '/x' } }); },
      'studies.list': () => { throw new TypeError('a defect'); },
    });
    expect(await failureOf(client.call('studies.open', { path: '/x' })))
      .toEqual({ code: 'not-a-study', message: 'No study there.', details: { path: '/x' } });
    expect(await failureOf(client.call('studies.list', {}))).toMatchObject({ code: 'unexpected', message: 'a defect' });
    expect(unexpected).toEqual([expect.any(TypeError)]);
  });

  it('tells the handler of a cancelled request', async () => {
    const aborted = vi.fn();
    const started = vi.fn();
    const { client } = await setUp(kind, {
      'studies.list': (_, { signal }) => new Promise((resolve) => {
        started();
        signal.addEventListener('abort', () => { aborted(); resolve([]); });
      }),
    });
    const controller = new AbortController();
    const call = client.call('studies.list', {}, { signal: controller.signal });
    await vi.waitFor(() => expect(started).toHaveBeenCalled());
    controller.abort();
    expect((await failureOf(call)).code).toBe('cancelled');
    await vi.waitFor(() => expect(aborted).toHaveBeenCalledOnce());
  });

  it('delivers events in order until they are no longer wanted, and then closes their source', async () => {
    const ticks = new Ticks();
    const { client } = await setUp(kind, {}, { log: ticks.source });
    const seen: number[] = [];
    const stop = client.subscribe('log', { study: 's' }, ({ lines: [{ seq }] }) => seen.push(seq));
    await vi.waitFor(() => expect(ticks.open).toBe(1));
    for (let i = 0; i < 5; i++) ticks.tick();
    await vi.waitFor(() => expect(seen).toEqual([1, 2, 3, 4, 5]));
    stop();
    await vi.waitFor(() => expect(ticks.open).toBe(0));
    ticks.tick();
    await sleep(20);
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('loses and repeats nothing when the connection breaks', async () => {
    const ticks = new Ticks();
    const { client, line } = await setUp(kind, {}, { log: ticks.source });
    const seen: number[] = [];
    client.subscribe('log', { study: 's' }, (payload) => seen.push(...payload.lines.map(({ seq }) => seq)));
    await vi.waitFor(() => expect(ticks.open).toBe(1));
    ticks.tick();
    ticks.tick();
    await vi.waitFor(() => expect(seen).toEqual([1, 2]));
    for (let round = 0; round < 3; round++) {
      await line.cut();
      ticks.tick();
      await vi.waitFor(() => expect(ticks.open).toBe(1));
      ticks.tick();
    }
    await vi.waitFor(() => expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8]));
  });

  it('rejects what was under way when the connection breaks, and answers what is asked afterwards', async () => {
    const started = vi.fn();
    const aborted = vi.fn();
    const { client, line } = await setUp(kind, {
      'studies.list': (_, { signal }) => new Promise(() => {
        started();
        signal.addEventListener('abort', aborted);
      }),
      'studies.trashed': () => [],
    });
    const call = client.call('studies.list', {});
    await vi.waitFor(() => expect(started).toHaveBeenCalled());
    await line.cut();
    expect((await failureOf(call)).code).toBe('connection-lost');
    await vi.waitFor(() => expect(aborted).toHaveBeenCalled());
    expect(await client.call('studies.trashed', {})).toEqual([]);
  });

  it('ends a subscription whose source fails, saying why', async () => {
    const { client } = await setUp(kind, {}, {
      'study.events': () => { throw new InputError('missing-study', 'It is gone.'); },
    });
    const error = await new Promise<ApiError>((resolve) => {
      client.subscribe('study.events', { study: 's' }, () => undefined, resolve);
    });
    expect(error).toMatchObject({ code: 'missing-study', message: 'It is gone.' });
  });

  it('lets go of a client that does not speak the protocol', async () => {
    const { line } = await setUp(kind, {});
    const transport = await line.connect();
    const closed = new Promise<void>((resolve) => transport.onClose(resolve));
    transport.onMessage(() => undefined);
    transport.post({ kind: 'gossip' });
    await closed;
  });

  it('refuses an id that is in use', async () => {
    const ticks = new Ticks();
    const { line } = await setUp(kind, {}, { log: ticks.source });
    const transport = await line.connect();
    const answers: unknown[] = [];
    transport.onMessage((message) => answers.push(message));
    for (let i = 0; i < 2; i++) transport.post({ kind: 'subscribe', id: 7, topic: 'log', params: { study: 's' } });
    await vi.waitFor(() => expect(answers).toContainEqual(expect.objectContaining({ kind: 'error', id: 7, error: expect.objectContaining({ code: 'id-in-use' }) })));
    transport.close();
  });

  it('stops everything when it is closed', async () => {
    const ticks = new Ticks();
    const { client } = await setUp(kind, { 'studies.list': () => new Promise(() => undefined) }, { log: ticks.source });
    client.subscribe('log', { study: 's' }, () => undefined);
    const call = client.call('studies.list', {});
    await vi.waitFor(() => expect(ticks.open).toBe(1));
    client.close();
    expect((await failureOf(call)).code).toBe('connection-lost');
    expect((await failureOf(client.call('studies.list', {}))).code).toBe('connection-lost');
    await vi.waitFor(() => expect(ticks.open).toBe(0));
  });
});

/** A source of numbered log lines that remembers all of them. */
class Ticks {
  #last = 0;
  readonly #contexts = new Set<TopicContext<'log'>>();

  get open(): number {
    return this.#contexts.size;
  }

  readonly source: Sources['log'] = (_, context) => {
    for (let seq = (context.since ?? this.#last) + 1; seq <= this.#last; seq++) this.#emit(context, seq);
    this.#contexts.add(context);
    return () => this.#contexts.delete(context);
  };

  tick(): void {
    this.#last++;
    for (const context of this.#contexts) this.#emit(context, this.#last);
  }

  #emit(context: TopicContext<'log'>, seq: number): void {
    context.emit(seq, { reset: false, lines: [{ seq, time: '2026-01-01T00:00:00.000Z', level: 'info', text: `tick ${seq}` }] });
  }
}
