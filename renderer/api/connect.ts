import { ApiClient, ApiError } from '../../core/api/client.ts';
import { messagePortTransport } from '../../core/api/transports/messagePort.ts';
import { socketProtocol, tokenPrefix, webSocketTransport } from '../../core/api/transports/webSocket.ts';
import type { Transport } from '../../core/api/protocol.ts';

/** What the desktop app's preload offers for reaching the core; absent in a browser. */
export interface PortSource {
  /** Calls back with every port to the core: the first, and a new one whenever the core was started again. */
  onPort(listener: (port: MessagePort) => void): void;
}

/** The client of this window: over the shell's message port in the desktop app, over a socket in a browser. */
export function connectToCore(shell: PortSource | undefined): ApiClient {
  return new ApiClient(shell ? portsOf(shell) : openSocket);
}

/** Each connection waits for a port that was not used before. */
function portsOf(shell: PortSource): () => Promise<Transport> {
  let fresh: MessagePort | undefined;
  let waiting: ((transport: Transport) => void) | undefined;
  shell.onPort((port) => {
    if (waiting) {
      waiting(messagePortTransport(port));
      waiting = undefined;
    } else {
      fresh = port;
    }
  });
  return () => new Promise((resolve) => {
    if (fresh) {
      resolve(messagePortTransport(fresh));
      fresh = undefined;
    } else {
      waiting = resolve;
    }
  });
}

async function openSocket(): Promise<Transport> {
  const token = tokenOfThisTab();
  if (token === undefined) {
    throw new ApiError({
      code: 'no-token',
      message: 'This address lacks its token. Open the whole address that "pocketformer serve" printed.',
    });
  }
  const socket = new WebSocket(`ws://${location.host}/api`, [socketProtocol, tokenPrefix + token]);
  const transport = webSocketTransport(socket);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('close', () => reject(new ApiError({
      code: 'unreachable',
      message: 'The core does not answer. If it was started again, open the address that it printed this time.',
    })), { once: true });
  });
  return transport;
}

const tokenKey = 'pocketformer.token';

/** Takes the token out of the address, where it would be seen and copied, and keeps it for reloads of this tab. */
function tokenOfThisTab(): string | undefined {
  const match = /[#&]token=([\w-]+)/.exec(location.hash);
  if (match) {
    sessionStorage.setItem(tokenKey, match[1]);
    history.replaceState(null, '', '#/');
  }
  return sessionStorage.getItem(tokenKey) ?? undefined;
}
