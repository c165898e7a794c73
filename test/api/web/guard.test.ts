import { describe, expect, it } from 'vitest';
import { hostName, isAllowedHost, socketObstacle } from '../../../core/api/web/guard.ts';

const token = 'secret-token';
const good = { host: 'localhost:4700', origin: 'http://localhost:4700', protocols: `pocketformer.1, token.${token}` };

describe('the guard of the local server', () => {
  it('knows loopback by its names, with any port, as behind a tunnel', () => {
    for (const host of ['localhost', 'localhost:4700', '127.0.0.1:9', '[::1]:4700', 'LOCALHOST:1']) expect(isAllowedHost(host, [])).toBe(true);
    expect(hostName('[::1]:4700')).toBe('[::1]');
  });

  it('refuses names that a page elsewhere could make point here', () => {
    for (const host of [undefined, '', 'evil.example', 'localhost.evil.example:4700', '127.0.0.1.evil.example', '0.0.0.0:4700']) {
      expect(isAllowedHost(host, [])).toBe(false);
      expect(socketObstacle({ ...good, host, origin: `http://${host}` }, token, [])?.status).toBe(421);
    }
    expect(isAllowedHost('box.lan:4700', ['box.lan'])).toBe(true);
  });

  it('lets the own page with the token in', () => {
    expect(socketObstacle(good, token, [])).toBeUndefined();
    expect(socketObstacle({ ...good, protocols: `token.${token},pocketformer.1` }, token, [])).toBeUndefined();
  });

  it.each(['http://evil.example', 'https://localhost:4700', 'http://localhost:9999', 'http://127.0.0.1:4700', 'null', undefined])('refuses a socket from %s', (origin) => {
    expect(socketObstacle({ ...good, origin }, token, [])?.status).toBe(403);
  });

  it.each(['token.wrong', `token.${token}x`, 'token.', ''])('refuses a socket with "%s" for a token', (given) => {
    expect(socketObstacle({ ...good, protocols: `pocketformer.1, ${given}` }, token, [])?.status).toBe(401);
  });

  it('refuses another protocol', () => {
    expect(socketObstacle({ ...good, protocols: `chat, token.${token}` }, token, [])?.status).toBe(400);
  });
});
