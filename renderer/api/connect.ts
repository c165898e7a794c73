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
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.addEventListener('open', () => resolve(true), { once: true });
    socket.addEventListener('close', () => resolve(false), { once: true });
  });
  if (isOpen) return transport;
  throw await serverAnswers() ? new ApiError({
    code: 'other-token',
    message: 'The core was started again, with a new token that this page does not have. Open the address that "pocketformer serve" has printed now.',
  }) : new ApiError({
    code: 'unreachable',
    message: 'The core has stopped; studies that ran have saved their work. Start "pocketformer serve" again and open the address that it prints.',
  });
}

/** A browser does not say why a socket was refused; that the server delivers pages tells it apart from none. */
async function serverAnswers(): Promise<boolean> {
  try {
    return (await fetch(location.pathname, { method: 'HEAD', cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}

// The new address, opened in the same tab, differs only behind the #, which loads nothing by itself.
if (typeof window !== 'undefined') {
  window.addEventListener('hashchange', () => {
    if (!tokenPattern.test(location.hash)) return;
    tokenOfThisTab();
    location.reload();
  });
}

const tokenKey = 'pocketformer.token';
const tokenPattern = /[#&]token=([\w-]+)/;

/** Takes the token out of the address, where it would be seen and copied, and keeps it for reloads of this tab. */
function tokenOfThisTab(): string | undefined {
  const match = tokenPattern.exec(location.hash);
  if (match) {
    sessionStorage.setItem(tokenKey, match[1]);
    history.replaceState(null, '', '#/');
  }
  return sessionStorage.getItem(tokenKey) ?? undefined;
}
