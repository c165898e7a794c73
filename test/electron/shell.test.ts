import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerAppRequest } from '../../electron/appProtocol.ts';
import { childEnvironment } from '../../electron/child.ts';
import { quitQuestion, summaryOf } from '../../electron/jobsSummary.ts';
import { lineSplitter } from '../../electron/lines.ts';
import { menuOf } from '../../electron/menu.ts';
import type { MenuEntry } from '../../electron/menu.ts';
import { documentationHosts, mayNavigate, mayOpenOutside } from '../../electron/navigation.ts';
import { openedPaths, studyOf } from '../../electron/openedPaths.ts';
import { readRecent, withStudy, writeRecent } from '../../electron/recentStudies.ts';
import { confine, denyPermissions } from '../../electron/security.ts';
import { isTrustedSender } from '../../electron/senderCheck.ts';
import { ShellCalls } from '../../electron/shellCalls.ts';
import type { Desktop } from '../../electron/shellCalls.ts';
import { windowOptions } from '../../electron/windowOptions.ts';
import type { Job } from '../../core/api/contract/types.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shell-'));
  mkdirSync(join(folder, 'window', 'assets'), { recursive: true });
  mkdirSync(join(folder, 'study'));
  writeFileSync(join(folder, 'window', 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'study', 'study.yaml'), 'space: x');
  writeFileSync(join(folder, 'secret.json'), '{}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the app protocol', () => {
  const ask = (url: string, method = 'GET') => answerAppRequest({ url, method }, join(folder, 'window'));

  it('delivers the page with the policy and its kind', async () => {
    const response = await ask('app://pocketformer/?screen=studies#x');
    expect([response.status, await response.text()]).toEqual([200, '<!doctype html>']);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each(['app://pocketformer/../secret.json', 'app://pocketformer/%2e%2e/secret.json', 'app://pocketformer/..%5csecret.json', 'app://other/index.html',
    'app://me@pocketformer/', 'app://pocketformer/missing.js', 'file:///etc/passwd'])('has nothing at %s, and the policy on that answer too', async (url) => {
    const response = await ask(url);
    expect(response.status).toBe(404);
    expect(response.headers.has('content-security-policy')).toBe(true);
  });

  it('answers nothing but GET', async () => {
    expect((await ask('app://pocketformer/', 'POST')).status).toBe(405);
  });
});

describe('who may call, where a page may go', () => {
  it.each([
    [{ url: 'app://pocketformer/', parent: null }, true, true],
    [{ url: 'app://pocketformer/', parent: null }, false, false],
    [{ url: 'app://pocketformer/', parent: {} }, true, false],
    [{ url: 'app://pocketformer.evil/', parent: null }, true, false],
    [{ url: 'https://pocketformer/', parent: null }, true, false],
    [{ url: 'about:blank', parent: null }, true, false],
    [{ url: '', parent: null }, true, false],
    [null, true, false],
  ])('trusts a sender only in the main frame of our window on our page: %j, %s', (frame, isOurs, expected) => {
    expect(isTrustedSender(frame, isOurs)).toBe(expected);
  });

  it('stays on own pages and opens only the documentation outside', () => {
    expect(mayNavigate('app://pocketformer/index.html')).toBe(true);
    expect(mayNavigate('https://pocketformer/')).toBe(false);
    const hosts = documentationHosts('https://docs.example.org/pocketformer');
    expect(hosts).toEqual(['docs.example.org']);
    expect(mayOpenOutside('https://docs.example.org/a', hosts)).toBe(true);
    for (const url of ['http://docs.example.org/', 'https://docs.example.org.evil/', 'https://a@docs.example.org/', 'file:///x', 'javascript:1', '']) {
      expect(mayOpenOutside(url, hosts), url).toBe(false);
    }
    expect(documentationHosts(undefined)).toEqual([]);
  });

  it('refuses navigation, new windows and guests', () => {
    const listeners = new Map<string, (event: { preventDefault(): void; url: string }) => void>();
    let open: ((details: { url: string }) => { action: string }) | undefined;
    const outside: string[] = [];
    confine({
      on: (event: string, listener: never) => void listeners.set(event, listener),
      setWindowOpenHandler: (handler: unknown) => { open = handler as typeof open; },
    } as never, ['docs.example.org'], (url) => outside.push(url));
    const isPrevented = (event: string, url: string) => {
      let prevented = false;
      listeners.get(event)!({ url, preventDefault: () => { prevented = true; } });
      return prevented;
    };
    expect(isPrevented('will-navigate', 'https://evil.example/')).toBe(true);
    expect(isPrevented('will-redirect', 'https://evil.example/')).toBe(true);
    expect(isPrevented('will-navigate', 'app://pocketformer/')).toBe(false);
    expect(isPrevented('will-attach-webview', 'app://pocketformer/')).toBe(true);
    expect(open!({ url: 'https://evil.example/' }).action).toBe('deny');
    expect(open!({ url: 'https://docs.example.org/x' }).action).toBe('deny');
    expect(outside).toEqual(['https://docs.example.org/x']);
  });

  it('denies permissions, except writing to the clipboard', () => {
    const handlers: Record<string, (...args: unknown[]) => unknown> = {};
    const keep = (name: string) => (handler: unknown) => { handlers[name] = handler as (...args: unknown[]) => unknown; };
    denyPermissions({
      setPermissionRequestHandler: keep('request'), setPermissionCheckHandler: keep('check'), setDevicePermissionHandler: keep('device'),
    } as never);
    const answers: unknown[] = [];
    for (const each of ['media', 'geolocation', 'notifications', 'openExternal', 'clipboard-read', 'clipboard-sanitized-write']) {
      handlers.request(null, each, (answer: unknown) => answers.push(answer));
      answers.push(handlers.check(null, each));
    }
    expect(answers).toEqual([...Array<boolean>(10).fill(false), true, true]);
    expect(handlers.device({})).toBe(false);
  });

  it('gives the window no more than a web page has', () => {
    expect(windowOptions('/p.cjs', '1.2.3').webPreferences).toMatchObject({
      contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false, webSecurity: true, preload: '/p.cjs',
    });
  });
});

describe('the calls of the window', () => {
  const started: unknown[] = [];
  let chosen: string[] = [];
  const desktop: Desktop = {
    showOpenDialog: (options) => {
      started.push(options);
      return Promise.resolve({ canceled: chosen.length === 0, filePaths: chosen });
    },
    showSaveDialog: (options) => {
      started.push(options);
      return Promise.resolve({ canceled: false, filePath: join(folder, 'saved.svg') });
    },
    showItemInFolder: (path) => void started.push(path), notify: (...words) => void started.push(words),
    rememberStudy: (study) => void started.push(study), windowReady: () => void started.push('ready'),
  };
  const calls = new ShellCalls(desktop);

  it('begin a dialog where the last one ended, and save what they are given', async () => {
    expect(await calls.answer('chooseFolder', { title: 'Images' })).toBeNull();
    chosen = [folder];
    expect(await calls.answer('chooseFolder', { title: 'Images' })).toBe(folder);
    await calls.answer('chooseFile', { title: 'File' });
    expect(started.at(-1)).toEqual({ title: 'File', properties: ['openFile'], defaultPath: folder });
    await calls.answer('saveFile', { title: 'Save', name: 'a.svg', bytes: Uint8Array.of(60, 62) });
    expect(readFileSync(join(folder, 'saved.svg'), 'utf8')).toBe('<>');
  });

  it.each([
    ['revealInFolder', 'relative'], ['revealInFolder', 7], ['chooseFolder', { title: 'x', properties: ['openFile'] }], ['chooseFolder', null],
    ['saveFile', { title: 'x', name: '../../x', bytes: new Uint8Array(1) }], ['saveFile', { title: 'x', name: 'x', bytes: 'text' }], ['notify', { title: 'x' }],
  ] as const)('refuse input that no page of ours sends: %s %j', async (call, input) => {
    await expect(calls.answer(call, input)).rejects.toMatchObject({ code: 'invalid-shell-call' });
  });
});

describe('smaller things', () => {
  const job = (state: Job['state'], fraction: number) => ({ title: `study ${state}`, state, fraction }) as Job;

  it('asks before quitting when a job is not finished, and shows the mean progress of those that run', () => {
    const summary = summaryOf([job('running', 0.2), job('paused', 0.6), job('queued', 0), job('done', 1), job('crashed', 0.5)]);
    expect(summary.titles).toHaveLength(3);
    expect(summary.fraction).toBeCloseTo(0.4);
    expect(quitQuestion(summary)?.buttons).toEqual(['Stop safely and quit', 'Cancel']);
    expect(quitQuestion(summaryOf([job('done', 1)]))).toBeUndefined();
  });

  it('opens existing folders and study files from arguments, and a study by its folder', () => {
    const file = join(folder, 'study', 'study.yaml');
    expect(openedPaths(['--flag', 'study', file, 'missing', 'secret.json'], folder)).toEqual([join(folder, 'study'), file]);
    expect(studyOf(file)).toBe(join(folder, 'study'));
    const marker = join(folder, 'study', 'study.pocketformer');
    writeFileSync(marker, '');
    expect(openedPaths([marker], folder)).toEqual([marker]);
    expect(studyOf(marker)).toBe(join(folder, 'study'));
  });

  it('keeps the nine studies opened last, each once, also over a broken file', () => {
    const file = join(folder, 'state', 'recent.json');
    let list = readRecent(file);
    for (let index = 0; index < 12; index++) list = withStudy(list, { path: `/s/${index % 11}`, name: `${index}` });
    writeRecent(file, list);
    expect(readRecent(file).map(({ path }) => path)).toEqual(['/s/0', '/s/10', '/s/9', '/s/8', '/s/7', '/s/6', '/s/5', '/s/4', '/s/3']);
    writeFileSync(file, '[{');
    expect(readRecent(file)).toEqual([]);
  });

  it('gives processes an environment without what steers Electron and Node', () => {
    expect(childEnvironment({ PATH: '/bin', HOME: '/h', ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '--inspect', LD_PRELOAD: 'x', NOTHING: undefined }))
      .toEqual({ PATH: '/bin', HOME: '/h' });
  });

  it('splits output into lines wherever its pieces end', () => {
    const lines: string[] = [];
    const split = lineSplitter((line) => lines.push(line));
    for (const byte of Buffer.from('één\r\nzwei\nrest')) split.push(Uint8Array.of(byte));
    split.end();
    expect(lines).toEqual(['één', 'zwei', 'rest']);
  });

  it('has a menu on every system whose shortcuts do not clash', () => {
    for (const isMac of [true, false]) {
      const keys: string[] = [];
      const walk = (entries: readonly MenuEntry[]): void => {
        for (const entry of entries) {
          if (entry.kind === 'menu') walk(entry.entries);
          if ('accelerator' in entry && entry.accelerator) keys.push(entry.accelerator);
        }
      };
      walk(menuOf({ isMac, recent: [{ path: '/s', name: 'S' }] }));
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it('names actions in the menu that the window has', () => {
    const known = ['renderer/frame/appActions.ts', 'renderer/frame/screens.ts'].map((file) => readFileSync(file, 'utf8')).join('\n');
    const ids: string[] = [];
    const walk = (entries: readonly MenuEntry[]): void => {
      for (const entry of entries) {
        if (entry.kind === 'menu') walk(entry.entries);
        if (entry.kind === 'action') ids.push(entry.action);
      }
    };
    walk(menuOf({ isMac: true, recent: [] }));
    const isKnown = (id: string) => known.includes(`id: '${id}'`) || known.includes(`id: '${id.replace(/^go\./, '')}'`)
      || (id.startsWith('view.theme.') && known.includes(`theme('${id.slice('view.theme.'.length)}'`));
    expect(ids.filter((id) => !isKnown(id))).toEqual([]);
  });
});
