import type { Transport } from '../protocol.ts';
import { decodeFrame, encodeFrame } from './frames.ts';

/** What the sockets of browsers and of the `ws` package have in common. */
export interface SocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close' | 'error', listener: () => void): void;
}

/** The subprotocol's name; what follows the token's prefix is the secret that the server printed. */
export const socketProtocol = 'pocketformer.1';
export const tokenPrefix = 'token.';

/** A client that reads so slowly is let go of; it comes back, and goes on after the last event it has seen. */
const maxBufferedBytes = 256 * 2 ** 20;

/** A transport over an open socket. */
export function webSocketTransport(socket: SocketLike): Transport {
  socket.binaryType = 'arraybuffer';
  let messageListener: ((message: unknown) => void) | undefined;
  const early: unknown[] = [];
  socket.addEventListener('message', ({ data }) => {
    let message: unknown;
    try {
      if (!(data instanceof ArrayBuffer)) throw new TypeError('expected a binary frame');
      message = decodeFrame(new Uint8Array(data));
    } catch {
      socket.close(1003, 'expected MessagePack frames');
      return;
    }
    if (messageListener) messageListener(message);
    else early.push(message);
  });
  let isClosed = false;
  const closeListeners: (() => void)[] = [];
  socket.addEventListener('close', () => {
    if (isClosed) return;
    isClosed = true;
    for (const listener of closeListeners) listener();
  });
  // An error is always followed by a close.
  socket.addEventListener('error', () => undefined);
  return {
    post(message) {
      if (isClosed) return;
      if (socket.bufferedAmount > maxBufferedBytes) return socket.close(1013, 'too slow');
      socket.send(encodeFrame(message));
    },
    onMessage(listener) {
      messageListener = listener;
      for (const message of early.splice(0)) listener(message);
    },
    onClose(listener) {
      if (isClosed) listener();
      else closeListeners.push(listener);
    },
    close: () => socket.close(1000),
  };
}
