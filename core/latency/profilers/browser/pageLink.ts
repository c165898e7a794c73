import type { WebSocket } from 'ws';
import { CancelledError } from '../../../base/errors.ts';
import { readPageMessage, type PageFacts, type PageMessage, type ServerMessage } from './messages.ts';

/** What came of something that the page was asked to measure. */
export type Reply =
  | Extract<PageMessage, { type: 'measured' | 'hidden' | 'failed' }>
  | { readonly type: 'lost' };

export interface PageLinkOptions {
  /** Why a page may not measure in this session, in words for the person at it; undefined when it may. */
  readonly obstacle: (facts: PageFacts) => string | undefined;
  readonly welcome: (facts: PageFacts) => ServerMessage;
  readonly onNote: (line: string) => void;
}

const heartbeatMs = 5000;

/** The one page that measures, over reloads and lost connections. */
export class PageLink {
  readonly #options: PageLinkOptions;
  #socket: WebSocket | undefined;
  #facts: PageFacts | undefined;
  #isVisible = false;
  #isClosed = false;
  #asked: { readonly id: number; readonly settle: (reply: Reply) => void } | undefined;
  #waiting: { readonly resolve: (facts: PageFacts) => void; readonly reject: (error: Error) => void }[] = [];
  /** Loads of the page so far: it grows by one with each. */
  loads = 0;

  constructor(options: PageLinkOptions) {
    this.#options = options;
  }

  /** Takes a socket whose token was right. Garbage ends it; what it said before is forgotten. */
  take(socket: WebSocket): void {
    let isAlive = true;
    const heartbeat = setInterval(() => {
      if (!isAlive) return socket.terminate();
      isAlive = false;
      socket.ping();
    }, heartbeatMs);
    socket.on('pong', () => { isAlive = true; });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearInterval(heartbeat);
      this.#lose(socket);
    });
    socket.on('message', (data, isBinary) => {
      isAlive = true;
      const read = isBinary ? { reason: 'it sent bytes instead of text' } : readPageMessage(String(data));
      const reason = 'reason' in read ? read.reason : this.#hear(socket, read.message);
      if (reason !== undefined) this.refuse(reason, false, socket);
    });
  }

  /** Resolves when a page is there and to be seen. @throws CancelledError when the link is closed */
  ready(): Promise<PageFacts> {
    if (this.#isClosed) return Promise.reject(new CancelledError());
    if (this.#facts !== undefined && this.#isVisible) return Promise.resolve(this.#facts);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** Asks the page that is there for one thing at a time. */
  ask(message: Extract<ServerMessage, { type: 'measure' }>): Promise<Reply> {
    return new Promise((settle) => {
      this.#asked = { id: message.id, settle };
      if (this.#socket === undefined) this.#settle({ type: 'lost' });
      else this.tell(message);
    });
  }

  tell(message: ServerMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }

  /** Has the page load itself anew; `ready` then waits for it. */
  reload(): void {
    this.tell({ type: 'reload' });
    this.#forget();
  }

  /** Tells a page why it is not listened to any more, here and there. */
  refuse(reason: string, mayRetry = false, socket = this.#socket): void {
    if (socket === undefined) return;
    if (!mayRetry) this.#options.onNote(`A page was refused: ${reason}.`);
    socket.send(JSON.stringify({ type: 'refused', reason, mayRetry } satisfies ServerMessage));
    socket.close(1008);
    this.#lose(socket);
  }

  close(): void {
    this.#isClosed = true;
    this.#settle({ type: 'lost' });
    for (const { reject } of this.#waiting.splice(0)) reject(new CancelledError());
  }

  /** @returns why this page is refused */
  #hear(socket: WebSocket, message: PageMessage): string | undefined {
    if (message.type === 'hello') return this.#greet(socket, message.facts);
    if (socket !== this.#socket) return 'it did not introduce itself';
    if (message.type === 'visible') {
      this.#isVisible = true;
      this.#wake();
      return undefined;
    }
    if (message.id !== this.#asked?.id) return `it answers what it was not asked (${message.id})`;
    if (message.type === 'hidden') this.#isVisible = false;
    this.#settle(message);
    return undefined;
  }

  #greet(socket: WebSocket, facts: PageFacts): string | undefined {
    if (socket === this.#socket) return 'it introduced itself twice';
    if (this.#socket !== undefined) {
      this.refuse('another page is measuring; close it first', true, socket);
      return undefined;
    }
    const obstacle = this.#options.obstacle(facts);
    if (obstacle !== undefined) return obstacle;
    [this.#socket, this.#facts, this.#isVisible] = [socket, facts, facts.isVisible];
    this.loads++;
    this.tell(this.#options.welcome(facts));
    this.#wake();
    return undefined;
  }

  #wake(): void {
    const facts = this.#facts;
    if (facts !== undefined && this.#isVisible) for (const { resolve } of this.#waiting.splice(0)) resolve(facts);
  }

  #lose(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#forget();
    this.#settle({ type: 'lost' });
  }

  #forget(): void {
    this.#socket = this.#facts = undefined;
    this.#isVisible = false;
  }

  #settle(reply: Reply): void {
    const asked = this.#asked;
    this.#asked = undefined;
    asked?.settle(reply);
  }
}
