import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { EnvironmentError, messageOf } from '../../base/errors.ts';
import { errorCode } from '../../study/files.ts';
import type { ApiServer } from '../server.ts';
import { resolveAsset, securityHeaders } from '../staticFiles.ts';
import { socketProtocol, webSocketTransport } from '../transports/webSocket.ts';
import type { SocketLike } from '../transports/webSocket.ts';
import { isAllowedHost, socketObstacle } from './guard.ts';

export interface WebServerOptions {
  readonly api: ApiServer;
  /** Folder of the built window. */
  readonly root: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Address to listen on; loopback unless given. */
  readonly address?: string;
  /** Names besides loopback's that browsers may use for this machine. */
  readonly names?: readonly string[];
  /** Made up unless given. */
  readonly token?: string;
}

export interface WebServer {
  readonly port: number;
  /** For the browser, token included. */
  readonly url: string;
  close(): Promise<void>;
}

const maxMessageBytes = 64 * 2 ** 20;

/**
 * Shows the window in browsers: its files over HTTP, the contract over a WebSocket at `/api`. Listens on loopback unless
 * told otherwise; every socket must bring the token, from a page that this server itself has delivered.
 * @throws EnvironmentError `port-in-use` or `cannot-listen`
 */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { api, root, port, address = '127.0.0.1', names = [] } = options;
  const token = options.token ?? randomBytes(24).toString('base64url');
  const server = createServer((request, response) => void deliver(request, response, root, names));
  const sockets = new WebSocketServer({
    noServer: true, maxPayload: maxMessageBytes, handleProtocols: () => socketProtocol, perMessageDeflate: false,
  });
  server.on('upgrade', (request, socket, head) => {
    const { host, origin, 'sec-websocket-protocol': protocols } = request.headers;
    const obstacle = pathOf(request) === '/api' ? socketObstacle({ host, origin, protocols }, token, names) : { status: 404, reason: 'There is nothing here.' };
    if (obstacle) return refuse(socket, obstacle);
    sockets.handleUpgrade(request, socket, head, (client) => api.connect(webSocketTransport(client as unknown as SocketLike)));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, address, port)));
    server.listen(port, address, resolve);
  });
  const actual = (server.address() as AddressInfo).port;
  const shown = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(address) ? 'localhost' : address;
  return {
    port: actual,
    url: `http://${shown}:${actual}/#token=${token}`,
    close: () => new Promise((resolve) => {
      for (const client of sockets.clients) client.terminate();
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

async function deliver(request: IncomingMessage, response: ServerResponse, root: string, names: readonly string[]): Promise<void> {
  const { host } = request.headers;
  const answer = (status: number, text: string) => {
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...securityHeaders() });
    response.end(`${text}\n`);
  };
  if (!isAllowedHost(host, names)) return answer(421, 'This server is not reachable under that name.');
  if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, 'Only GET.');
  const asset = await resolveAsset(root, pathOf(request));
  if (asset === undefined) return answer(404, 'There is nothing here.');
  response.writeHead(200, {
    'Content-Type': asset.contentType,
    // Names of scripts and styles change with their content; the page itself must be fresh.
    'Cache-Control': asset.path.endsWith('.html') ? 'no-cache' : 'public, max-age=31536000, immutable',
    ...securityHeaders({ connectSources: [`ws://${host}`] }),
  });
  if (request.method === 'HEAD') return void response.end();
  createReadStream(asset.path).on('error', () => response.destroy()).pipe(response);
}

/** The path of a request as it was sent, still encoded. */
function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split(/[?#]/, 1)[0];
}

function refuse(socket: Duplex, { status, reason }: { status: number; reason: string }): void {
  const body = `${reason}\n`;
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function listenError(error: unknown, address: string, port: number): EnvironmentError {
  return errorCode(error) === 'EADDRINUSE'
    ? new EnvironmentError('port-in-use', `Port ${port} is in use; choose another with --port, or 0 for any free one.`, { cause: error })
    : new EnvironmentError('cannot-listen', `Cannot listen on ${address}:${port}: ${messageOf(error)}`, { cause: error });
}
