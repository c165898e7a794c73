import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import axe from 'axe-core';
import { chromium, devices, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { main } from '../../../../core/cli/main.ts';
import type { Manifest } from '../../../../core/latency/measurements/manifest.ts';
import { parseMeasurements } from '../../../../core/latency/measurements/parseMeasurements.ts';
import { chromiumPath } from '../../../e2e/window/harness/chromiumPath.ts';
import { describeInBrowser } from '../../../e2e/window/harness/suite.ts';
import { writeCalibrationSet } from '../../../study/measuring/calibrationSet.ts';

/** Enough to see what it does; far too little to measure. */
const briefly = ['--rounds', '2', '--runs', '4', '--max-drift', '10000', '--cool-down', '0.01', '--json'];

/** Where a phone in the network would find this machine. */
const lanAddress = Object.values(networkInterfaces()).flat().find((each) => each?.family === 'IPv4' && !each.internal)?.address;

/** A command that measures in a browser, which goes on while the test does something with the page. */
function profiling(args: readonly string[], seconds = 0.02) {
  let [stdout, stderr] = ['', ''];
  let stop: () => void = () => undefined;
  const waiting: { pattern: RegExp; resolve: () => void }[] = [];
  const hear = (text: string) => {
    stderr += text;
    for (const each of waiting) if (each.pattern.test(stderr)) each.resolve();
  };
  const code = main(['profile', '--on', 'browser', ...briefly, '--seconds', String(seconds), ...args], {
    print: async (text) => { stdout += text; }, errors: { write: hear }, readStandardInput: async () => '',
    onStopRequest: (listener) => { stop = listener; }, exit: () => undefined,
  });
  const said = (pattern: RegExp) => new Promise<void>((resolve, reject) => {
    waiting.push({ pattern, resolve });
    hear('');
    void code.then(() => reject(new Error(`it ended without saying ${String(pattern)}: ${stderr}`)));
  });
  return {
    said,
    url: said(/Open on the phone: \S+/).then(() => /Open on the phone: (\S+)/.exec(stderr)![1]),
    stop: () => stop(),
    result: code.then((exit) => ({ exit, stdout, stderr })),
  };
}

describeInBrowser('profile --on browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pocketformer-browser-'));
  const at = (...names: string[]) => join(folder, ...names);
  let browser: Browser;
  let manifest: Manifest;
  let complaints: string[] = [];

  async function open(url: string, options: { colorScheme?: 'light' | 'dark'; userAgent?: string } = {}): Promise<Page> {
    const context = await browser.newContext({ ...devices['Pixel 7'], ignoreHTTPSErrors: true, ...options });
    const page = await context.newPage();
    complaints = [];
    page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url);
    return page;
  }

  beforeAll(async () => {
    manifest = await writeCalibrationSet(at('set'), ['min', 'max']);
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('measures a set on a phone, goes on after a reload in the middle, and checks what was computed', async () => {
    const command = profiling([at('set'), '--out', at('session'), '--threads', '2']);
    const page = await open(await command.url);
    await page.getByRole('button', { name: 'Start measuring' }).click();
    await page.locator('#now', { hasText: /^(min|max)$/ }).waitFor();
    let connections = 0;
    page.on('websocket', () => { connections++; });
    await page.reload();
    const { exit, stdout, stderr } = await command.result;
    expect(exit, stderr).toBe(0);
    // It went on by itself, with a new connection.
    expect(connections).toBe(1);
    const records = parseMeasurements(stdout, 'stdout').map(({ measurement }) => measurement);
    expect(records.map(({ model: { name } }) => name)).toEqual(['min', 'max']);
    for (const record of records) {
      // Localhost is a secure context, and the headers isolate the page: so it has threads.
      expect(record).toMatchObject({
        way: 'browser', target: { device: expect.stringContaining('Pixel 7') as unknown, runtime: { name: 'onnxruntime-web', build: 'npm, isolated page' }, provider: 'wasm', threads: 2 },
      });
      // The expected outputs come from onnxruntime-node.
      expect(record.outputs!.relativeDiff).toBeLessThan(1e-4);
    }
    await page.getByText('The computer has ended this session').waitFor();
    expect(complaints.filter((text) => !/ERR_|WebSocket/.test(text))).toEqual([]);
  }, 180_000);

  it('leaves out a model that computes something else on the phone', async () => {
    mkdirSync(at('wrong'));
    for (const name of ['min.onnx', 'input-32.f32']) copyFileSync(at('set', name), at('wrong', name));
    const [model] = manifest.models;
    const models = [{ ...model, output: { ...model.output!, values: model.output!.values.map((value) => value + 1) } }];
    writeFileSync(at('wrong', 'manifest.json'), JSON.stringify({ ...manifest, models }));
    const command = profiling([at('wrong', 'min.onnx')]);
    const page = await open(await command.url);
    await page.getByRole('button', { name: 'Start measuring' }).click();
    const { exit, stdout, stderr } = await command.result;
    expect([exit, stdout]).toEqual([1, '']);
    expect(stderr).toContain('min does not compute on this device what it should');
  }, 180_000);

  it('throws a round away during which the page was hidden, and goes on when it is in front again', async () => {
    const command = profiling([at('set', 'max.onnx')], 1);
    const page = await open(await command.url);
    await page.getByRole('button', { name: 'Start measuring' }).click();
    await page.getByText('Measuring with wasm, 1 thread.').waitFor();
    // As a browser does it: the property, then the event.
    const setHidden = (isHidden: boolean) => page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));`);
    await page.locator('#now', { hasText: 'max' }).waitFor();
    await setHidden(true);
    await command.said(/The page was hidden; this round of max is thrown away/);
    await setHidden(false);
    const { exit, stdout, stderr } = await command.result;
    expect(exit, stderr).toBe(0);
    expect(parseMeasurements(stdout, 'stdout')).toHaveLength(1);
  }, 180_000);

  it('isolates the page over https too, with the certificate whose fingerprint it prints, and says where WebGPU is missing', async () => {
    const command = profiling([at('set', 'min.onnx'), '--https', '--provider', 'webgpu']);
    const url = new URL(await command.url);
    const fingerprint = new Promise<string>((resolve, reject) => {
      const socket = connect({ host: 'localhost', port: Number(url.port), rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      }).on('error', reject);
    });
    await command.said(new RegExp(`fingerprint is ${await fingerprint}`));
    const page = await open(url.href);
    expect(await page.evaluate('crossOriginIsolated')).toBe(true);
    // Whatever this machine has.
    await page.evaluate("Object.defineProperty(navigator, 'gpu', { value: undefined })");
    await page.getByRole('button', { name: 'Start measuring' }).click();
    await page.getByText('Refused: this browser has no WebGPU; measure with wasm instead.').waitFor();
    command.stop();
    expect(await command.result).toMatchObject({ stdout: '' });
  }, 180_000);

  it.skipIf(lanAddress === undefined)(`measures with one thread over plain http${lanAddress === undefined ? ' (skipped: this machine is in no network)' : ''}`, async () => {
    const command = profiling([at('set', 'min.onnx'), '--threads', '4', '--host', lanAddress!, '--device', 'Pixel 8', '--soc', 'Tensor G3']);
    // What Chrome says on every phone.
    const page = await open(await command.url, { userAgent: 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36' });
    await page.getByRole('button', { name: 'Start measuring' }).click();
    const { exit, stdout, stderr } = await command.result;
    expect(exit, stderr).toBe(0);
    const [{ measurement }] = parseMeasurements(stdout, 'stdout');
    expect(measurement.target).toMatchObject({ device: 'Pixel 8', systemOnChip: 'Tensor G3', operatingSystem: 'Android 10, Chrome 156', threads: 1, runtime: { build: 'npm, page not isolated' } });
    expect(stderr).toContain('1 thread instead of 4');
  }, 180_000);

  it('loads the page anew after a few hundred runs where an iPhone says it is one', async () => {
    const command = profiling([at('set', 'min.onnx')], 0.3);
    const page = await open(await command.url, { userAgent: devices['iPhone 14'].userAgent });
    let connections = 0;
    page.on('websocket', () => { connections++; });
    await page.getByRole('button', { name: 'Start measuring' }).click();
    const { exit, stdout, stderr } = await command.result;
    expect(exit, stderr).toBe(0);
    const [{ measurement: { target, timing } }] = parseMeasurements(stdout, 'stdout');
    expect(target.device).toMatch(/^iPhone, /);
    const rounds = timing.kind === 'runs' ? timing.rounds : [];
    expect(connections).toBeGreaterThan(1);
    // The last sample of warm-up and of timing may go over it by the few runs that make up a hundred steps of the clock.
    for (const { warmUpRuns, timedRuns, runsMs } of rounds) expect(warmUpRuns + (timedRuns ?? runsMs.length)).toBeLessThan(230);
  }, 180_000);

  it.each(['light', 'dark'] as const)('shows a page that everyone can use, in %s colours', async (colorScheme) => {
    const command = profiling([at('set', 'min.onnx')]);
    const page = await open(await command.url, { colorScheme });
    await page.evaluate(axe.source);
    const found = await page.evaluate('axe.run(document).then(({ violations }) => violations.map(({ id, help }) => `${id}: ${help}`))');
    expect(found).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    command.stop();
    await command.result;
  }, 180_000);

  it('refuses strangers, garbage and absurd times with the reason, and keeps nothing of them', async () => {
    const command = profiling([at('set'), '--out', at('hostile')]);
    const url = new URL(await command.url);
    const token = url.hash.slice(1);
    const status = async (path: string, init?: RequestInit) => (await fetch(new URL(path, url), init)).status;
    const shell = await fetch(new URL('/', url));
    expect(Object.fromEntries(shell.headers)).toMatchObject({
      'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp', 'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'") as unknown,
    });
    expect(await status('/wrong/runtime/ort.wasm.min.mjs')).toBe(401);
    expect(await status(`/${token}/runtime/..%2fpackage.json`)).toBe(401);
    expect(await status(`/${token}/runtime/package.json`)).toBe(404);
    expect(await status(`/${token}/content/model-1`)).toBe(404);
    expect(await status('/', { method: 'POST', body: 'x' })).toBe(405);

    const socketUrl = `ws://${url.host}/${token}/socket`;
    const refusal = (address: string, origin: string) => new Promise<string>((resolve) => {
      new WebSocket(address, { origin }).on('unexpected-response', (_, response) => resolve(String(response.statusCode))).on('error', () => undefined);
    });
    expect(await refusal(`ws://${url.host}/wrong/socket`, url.origin)).toBe('401');
    expect(await refusal(socketUrl, 'http://elsewhere.example')).toBe('403');
    const facts = {
      userAgent: 'test', model: '', platform: '', platformVersion: '', processors: 2, isSecureContext: true, crossOriginIsolated: true, hasWebGpu: false,
      isVisible: true, keepsAwake: false, timerStepMs: 0.005,
    };
    /** What a page is told last that answers so. */
    const answered = (hello: unknown, answer: (id: number) => unknown) => new Promise<string>((resolve) => {
      const socket = new WebSocket(socketUrl, { origin: url.origin });
      let reason = '';
      socket.on('open', () => socket.send(typeof hello === 'string' ? hello : JSON.stringify(hello)));
      socket.on('message', (data) => {
        const message = JSON.parse(String(data)) as { type: string; id: number; reason?: string };
        if (message.type === 'measure') socket.send(JSON.stringify(answer(message.id)));
        if (message.type === 'refused') reason = message.reason!;
      });
      socket.on('close', () => resolve(reason));
    });
    const hello = { type: 'hello', version: 1, facts };
    const measured = { type: 'measured', warmUpRuns: 5, samplesMs: [3600], timedRuns: 50, output: 'AAAA', outputName: 'logits' };
    expect(await answered('{garbage', () => ({}))).toContain('not JSON');
    expect(await answered({ ...measured, id: 1 }, () => ({}))).toContain('did not introduce itself');
    expect(await answered({ ...hello, facts: { ...facts, timerStepMs: -1 } }, () => ({}))).toContain('facts.timerStepMs');
    expect(await answered(hello, (id) => ({ ...measured, id, samplesMs: [-1] }))).toContain('samplesMs.0');
    expect(await answered(hello, (id) => ({ ...measured, id: id + 1 }))).toContain('not asked');
    expect(await answered(hello, (id) => ({ ...measured, id }))).toContain('its times add up to 3600 ms');
    command.stop();
    expect((await command.result).exit).not.toBe(0);
    const log = readFileSync(at('hostile', 'session.jsonl'), 'utf8');
    expect(log).not.toMatch(/"type":"(round|reference)"/);
  }, 180_000);
});
