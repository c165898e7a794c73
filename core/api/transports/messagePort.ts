import type { Transport } from '../protocol.ts';

/** What message ports of browsers, of Node and of Electron have in common once they are looked at through this. */
export interface PortLike {
  postMessage(message: unknown): void;
  close(): void;
  start?(): void;
  addEventListener?(type: 'message' | 'close', listener: (event: { readonly data?: unknown }) => void): void;
  on?(type: 'message' | 'close', listener: (event: { readonly data?: unknown } | undefined) => void): void;
}

/**
 * A transport over one end of a message channel. Structured cloning copies the data, typed arrays included.
 * Electron adds `close` events for a vanished other end, and browsers have them by now; until they come, a port that is
 * let go of says good-bye by itself.
 */
export function messagePortTransport(port: PortLike): Transport {
  const closeListeners: (() => void)[] = [];
  let messageListener: ((message: unknown) => void) | undefined;
  let isClosed = false;
  const closed = () => {
    if (isClosed) return;
    isClosed = true;
    for (const listener of closeListeners) listener();
  };
  const receive = (event: { readonly data?: unknown } | undefined) => {
    if (event?.data === goodbye) {
      port.close();
      closed();
    } else {
      messageListener?.(event?.data);
    }
  };
  if (port.addEventListener) {
    port.addEventListener('message', receive);
    port.addEventListener('close', closed);
  } else {
    port.on?.('message', receive);
    port.on?.('close', closed);
  }
  return {
    post(message) {
      if (!isClosed) port.postMessage(message);
    },
    onMessage(listener) {
      messageListener = listener;
      port.start?.();
    },
    onClose(listener) {
      if (isClosed) listener();
      else closeListeners.push(listener);
    },
    close() {
      if (isClosed) return;
      port.postMessage(goodbye);
      port.close();
      closed();
    },
  };
}

const goodbye = 'pocketformer:close';
