import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveAsset, securityHeaders } from '../../core/api/staticFiles.ts';

let folder: string;
let root: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'static files-'));
  root = join(folder, 'window');
  mkdirSync(join(root, 'assets'), { recursive: true });
  for (const [name, text] of Object.entries({
    'window/index.html': '<!doctype html>', 'window/assets/main-1.js': '1', 'window/assets/a b.css': '', 'window/.hidden.js': '',
    'window/assets/notes.md': '', 'secret.json': '{}', 'window-2.js': '',
  })) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('resolveAsset', () => {
  it('takes "/" for the page and knows what the kinds of files are', async () => {
    expect(await resolveAsset(root, '/')).toEqual({ path: join(root, 'index.html'), contentType: 'text/html; charset=utf-8' });
    expect(await resolveAsset(root, '/assets/main-1.js')).toEqual({ path: join(root, 'assets', 'main-1.js'), contentType: 'text/javascript; charset=utf-8' });
    expect((await resolveAsset(root, '/assets/a%20b.css'))?.contentType).toBe('text/css; charset=utf-8');
  });

  it.each([
    '/../secret.json', '/..%2fsecret.json', '/%2e%2e/secret.json', '/assets/../../secret.json', '/..\\secret.json', '/%5c..%5csecret.json',
    '/../window-2.js', '//secret.json', '/./index.html', '/index.html/', '/assets', '/assets/', '/.hidden.js', '/assets/notes.md',
    '/C:/index.html', '/index.html::$DATA', '/index.html%00.js', '/%', '', 'index.html', '/missing.js',
  ])('delivers nothing for %j', async (path) => {
    expect(await resolveAsset(root, path)).toBeUndefined();
  });
});

describe('securityHeaders', () => {
  it('state the policy of the window, with the sources that it may connect to', () => {
    const headers = securityHeaders({ connectSources: ['ws://127.0.0.1:8090'] });
    expect(headers['Content-Security-Policy']).toBe("default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
      + "img-src 'self' data: blob:; font-src 'self'; connect-src 'self' ws://127.0.0.1:8090; worker-src 'self' blob:; base-uri 'none'; "
      + "form-action 'none'; frame-ancestors 'none'");
    expect(headers['X-Content-Type-Options']).toBe('nosniff');
  });

  it('refuse a source that would open the policy', () => {
    expect(() => securityHeaders({ connectSources: ["ws://a; script-src 'unsafe-eval'"] })).toThrow(/not a source/);
  });
});
