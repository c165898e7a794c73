import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ApiClient } from '../../../core/api/client.ts';
import { ApiServer } from '../../../core/api/server.ts';
import type { Handlers, Sources } from '../../../core/api/server.ts';
import { webSocketTransport } from '../../../core/api/transports/webSocket.ts';
import type { SocketLike } from '../../../core/api/transports/webSocket.ts';
import { startWebServer } from '../../../core/api/web/webServer.ts';
import type { WebServer } from '../../../core/api/web/webServer.ts';

const token = 'the-token';
let folder: string;
let server: WebServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pocketformer-web-'));
  const root = join(folder, 'window');
  mkdirSync(join(root, 'assets'), { recursive: true });
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>Window</title>');
  writeFileSync(join(root, 'assets', 'main.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'not for the web');
  const api = new ApiServer({ 'studies.list': () => [] } as Partial<Handlers> as Handlers, {} as Sources);
  server = await startWebServer({ api, root, port: 0, token });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** A request as it goes over the wire, without the clean-up that fetch would do. */
function get(path: string, options: { host?: string; method?: string } = {}): Promise<{ message: IncomingMessage; body: string }> {
  return new Promise((resolve, reject) => {
    const { host = `localhost:${server.port}`, method = 'GET' } = options;
    request({ port: server.port, host: '127.0.0.1', path, method, headers: { host } }, (message) => {
      let body = '';
      message.setEncoding('utf8').on('data', (piece: string) => { body += piece; }).on('end', () => resolve({ message, body }));
    }).on('error', reject).end();
  });
}

/** The status with which a socket is refused, or `open`. */
function socketOutcome(path: string, options: { origin?: string; host?: string; protocols?: string[] }): Promise<number | 'open'> {
  const { origin = `http://localhost:${server.port}`, host = `localhost:${server.port}`, protocols = ['pocketformer.1', `token.${token}`] } = options;
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, protocols, { origin, headers: { host } });
    socket.on('open', () => {
      socket.close();
      resolve('open');
    });
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
    socket.on('error', reject);
  });
}

describe('the server of the window', () => {
  it('prints an address that carries the token where servers and logs do not see it', () => {
    expect(server.url).toBe(`http://localhost:${server.port}/#token=${token}`);
  });

  it('delivers the page and its files with the strict policy', async () => {
    const page = await get('/');
    expect(page.message.statusCode).toBe(200);
    expect(page.body).toContain('Window');
    expect(page.message.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.message.headers['cache-control']).toBe('no-cache');
    const policy = page.message.headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain(`ws://localhost:${server.port}`);
    expect(policy).not.toContain('unsafe-eval');
    expect(page.message.headers['x-content-type-options']).toBe('nosniff');
    const script = await get('/assets/main.js');
    expect(script.message.headers['content-type']).toMatch(/^text\/javascript/);
  });

  it.each(['/../secret.txt', '/%2e%2e/secret.txt', '/assets/..%2f..%2fsecret.txt', '/..%5csecret.txt', '/%00', '/missing.js', '/%zz'])('has nothing at %s', async (path) => {
    const { message, body } = await get(path);
    expect(message.statusCode).toBe(404);
    expect(body).not.toContain('not for the web');
  });

  it('answers only to the names of this machine, and only reads', async () => {
    expect((await get('/', { host: 'evil.example' })).message.statusCode).toBe(421);
    expect((await get('/', { method: 'POST' })).message.statusCode).toBe(405);
    const head = await get('/', { method: 'HEAD' });
    expect([head.message.statusCode, head.body]).toEqual([200, '']);
  });

  it('opens a socket for its own page with the token, and for nobody else', async () => {
    expect(await socketOutcome('/api', {})).toBe('open');
    expect(await socketOutcome('/api', { protocols: ['pocketformer.1', 'token.guess'] })).toBe(401);
    expect(await socketOutcome('/api', { protocols: ['pocketformer.1'] })).toBe(401);
    expect(await socketOutcome('/api', { origin: 'http://evil.example' })).toBe(403);
    expect(await socketOutcome('/api', { host: 'evil.example', origin: 'http://evil.example' })).toBe(421);
    expect(await socketOutcome('/other', {})).toBe(404);
  });

  it('speaks the contract over the socket', async () => {
    const client = new ApiClient(async () => {
      const socket = new WebSocket(`ws://localhost:${server.port}/api`, ['pocketformer.1', `token.${token}`], { origin: `http://localhost:${server.port}` });
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      return webSocketTransport(socket as unknown as SocketLike);
    });
    expect(await client.call('studies.list', {})).toEqual([]);
    client.close();
  });

  it('says which port is in use', async () => {
    const api = new ApiServer({} as Handlers, {} as Sources);
    await expect(startWebServer({ api, root: folder, port: server.port })).rejects.toMatchObject({ code: 'port-in-use' });
  });
});
