import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { dirname, extname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { WebSocketServer, type WebSocket } from 'ws';
import { EnvironmentError, messageOf } from '../../../base/errors.ts';
import { selfSignedCertificate } from './certificate.ts';
import { maxMessageBytes } from './messages.ts';
import { isToken, newToken } from './token.ts';

export interface PageServerOptions {
  /** Loopback unless given; 0.0.0.0 is every address of this machine. */
  readonly address?: string;
  /** 0 for any free one. */
  readonly port?: number;
  readonly https?: boolean;
  /** A page with the token. */
  readonly onSocket: (socket: WebSocket) => void;
  /** What the page may load beside itself and the runtime: a path to a file, or bytes. */
  readonly content: (name: string) => string | Uint8Array | undefined;
}

export interface PageServer {
  readonly port: number;
  /** For the phone, token included. */
  readonly url: string;
  /** Of the certificate, with `https`. */
  readonly fingerprint?: string;
  close(): Promise<void>;
}

const shellFolder = fileURLToPath(new URL('./page/', import.meta.url));
const shell = new Map([['/', 'index.html'], ['/page.js', 'page.js'], ['/timing.js', 'timing.js'], ['/page.css', 'page.css']]);
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
};
const runtimeFile = /^ort[\w.-]*\.(mjs|wasm)$/;
const loopback = ['localhost', '127.0.0.1', '::1'];

/**
 * Shows the measuring page for as long as something is profiled. The page's shell is for everyone who can reach the server and
 * uses its name; the runtime, models and the socket only for who has the token, which is part of their paths, because
 * imported modules and workers can bring it in no other way.
 * @throws EnvironmentError `port-in-use`, `cannot-listen`
 */
export async function startPageServer({ address = '127.0.0.1', port = 0, https = false, onSocket, content }: PageServerOptions): Promise<PageServer> {
  const token = newToken();
  const names = [...new Set([...loopback, ...(isEverywhere(address) ? networkAddresses() : [address])])];
  const certificate = https ? await selfSignedCertificate(names) : undefined;
  const scheme = https ? 'https' : 'http';
  const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false });

  const deliver = async (request: IncomingMessage, response: ServerResponse) => {
    const headers = responseHeaders(request.headers.host ?? '');
    const answer = (status: number, text: string) => {
      response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' });
      response.end(`${text}\n`);
    };
    if (!isNamed(request.headers.host, names)) return answer(421, 'This server is not reachable under that name.');
    if (request.method !== 'GET') return answer(405, 'Only GET.');
    const path = pathOf(request);
    const [, given, kind, name = ''] = /^\/([^/]+)\/(runtime|content)\/([\w.-]+)$/.exec(path) ?? [];
    const own = shell.get(path);
    if (own === undefined && !isToken(given, token)) return answer(401, tokenReason);
    const found = own !== undefined ? join(shellFolder, own) : kind === 'content' ? content(name) : runtimeFile.test(name) ? join(runtime, name) : undefined;
    const isFile = typeof found === 'string';
    const size = isFile ? (await stat(found).catch(() => undefined))?.size : found?.length;
    if (found === undefined || size === undefined) return answer(404, 'There is nothing here.');
    response.writeHead(200, {
      ...headers, 'Content-Length': size,
      'Content-Type': (isFile && contentTypes[extname(found)]) || 'application/octet-stream',
      // The runtime is large and the same for the whole session, over many reloads; its address holds the token.
      'Cache-Control': kind === 'runtime' ? 'private, max-age=3600' : 'no-store',
    });
    if (isFile) createReadStream(found).on('error', () => response.destroy()).pipe(response);
    else response.end(found);
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => void deliver(request, response).catch(() => response.destroy());
  const server = certificate === undefined ? createHttpServer(listener) : createHttpsServer({ key: certificate.key, cert: certificate.cert }, listener);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const { host, origin } = request.headers;
    const [, given] = /^\/([^/]+)\/socket$/.exec(pathOf(request)) ?? [];
    if (!isNamed(host, names)) return refuse(socket, 421, 'This server is not reachable under that name.');
    if (origin !== `${scheme}://${host}`) return refuse(socket, 403, 'Only pages from this server may connect.');
    if (!isToken(given, token)) return refuse(socket, 401, tokenReason);
    sockets.handleUpgrade(request, socket, head, onSocket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, address, port)));
    server.listen(port, address, resolve);
  });
  const actual = (server.address() as AddressInfo).port;
  const shown = isEverywhere(address) ? networkAddresses()[0] ?? 'localhost' : loopback.includes(address) ? 'localhost' : address;
  return {
    port: actual, url: `${scheme}://${shown.includes(':') ? `[${shown}]` : shown}:${actual}/#${token}`,
    ...(certificate && { fingerprint: certificate.fingerprint }),
    close: () => new Promise((resolve) => {
      for (const client of sockets.clients) client.close(1001);
      // One that does not answer is not waited for.
      setTimeout(() => { for (const client of sockets.clients) client.terminate(); }, 500).unref();
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

const tokenReason = 'The token is missing or wrong; open the address that "pocketformer profile" printed.';

/** Isolates the page, which gives it threads and a fine clock, and lets it load nothing but its own. */
function responseHeaders(host: string): Record<string, string> {
  // Older browsers do not count sockets to 'self'. A name that could end the policy early is refused anyway.
  const socket = /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : '';
  return {
    'Content-Security-Policy': `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'${socket}; worker-src 'self' blob:; `
      + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp', 'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer', 'Cache-Control': 'no-store',
  };
}

const isEverywhere = (address: string) => address === '0.0.0.0' || address === '::';
const pathOf = (request: IncomingMessage) => (request.url ?? '/').split(/[?#]/, 1)[0];

/** A page from elsewhere whose name was made to point here says that name. */
function isNamed(host: string | undefined, names: readonly string[]): boolean {
  return host !== undefined && names.includes(host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1').toLowerCase());
}

function networkAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []).filter(({ internal }) => !internal);
  return [...all.filter(({ family }) => family === 'IPv4'), ...all.filter(({ family, scopeid }) => family === 'IPv6' && !scopeid)].map((each) => each.address);
}

function refuse(socket: Duplex, status: number, reason: string): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(reason)}\r\n\r\n${reason}`);
}

function listenError(error: unknown, address: string, port: number): EnvironmentError {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    ? new EnvironmentError('port-in-use', `Port ${port} is in use; choose another, or 0 for any free one.`, { cause: error })
    : new EnvironmentError('cannot-listen', `Cannot listen on ${address}:${port}: ${messageOf(error)}`, { cause: error });
}
