import { timeRuns, timerStep } from './timing.js';

/* The page that a phone opens: connects to the server that delivered it, runs what that asks for, and tells the times. */

const token = location.hash.slice(1);
const base = new URL(`${token}/`, location.href.split('#')[0]);
const find = (id) => document.getElementById(id);
const now = () => performance.now();
const stepMs = timerStep(now);

let runtime;
let welcome;
let wakeLock;
let isHidden = document.hidden;
let socket;
let isOver = false;
/** Whether the server knows this connection's page. */
let isWelcome = false;
/** What is measured; a lost connection's ends before the next begins. */
let current = Promise.resolve();
let isStale = false;

const say = (text) => { find('status').textContent = text; };
const complain = (text) => { find('trouble').textContent = text; };
const send = (message) => { if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message)); };

if (!/^[\w-]{8,}$/.test(token)) {
  find('start').disabled = true;
  complain('The address lacks its token. Open the whole address that the computer printed, or point the camera at its code.');
}
find('start').addEventListener('click', start);
document.addEventListener('visibilitychange', async () => {
  if (document.hidden) {
    isHidden = true;
    return;
  }
  await keepAwake();
  if (isWelcome) send({ type: 'visible' });
});
// A page that was reloaded goes on by itself.
if (sessionStorage.getItem('measuring') === token && token !== '') start();

async function start() {
  sessionStorage.setItem('measuring', token);
  find('before').hidden = true;
  find('during').hidden = false;
  await keepAwake();
  connect();
}

async function keepAwake() {
  if (wakeLock !== undefined && !wakeLock.released) return;
  wakeLock = await navigator.wakeLock?.request('screen').catch(() => undefined);
}

function connect() {
  say('Connecting ...');
  const address = new URL('socket', base);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  socket = new WebSocket(address);
  socket.onopen = async () => send({ type: 'hello', version: 1, facts: await facts() });
  socket.onmessage = ({ data }) => void hear(JSON.parse(data)).catch((error) => complain(String(error)));
  socket.onclose = () => {
    isWelcome = false;
    isStale = true;
    if (isOver) return;
    say('There is no connection to the computer. Trying again ... If it has finished or its address has changed, close this page.');
    setTimeout(connect, 2000);
  };
}

async function facts() {
  const told = await navigator.userAgentData?.getHighEntropyValues(['model', 'platformVersion']).catch(() => undefined);
  const adapter = await navigator.gpu?.requestAdapter().catch(() => undefined);
  const all = {
    userAgent: navigator.userAgent.slice(0, 500), model: told?.model ?? '', platform: told?.platform ?? '', platformVersion: told?.platformVersion ?? '',
    processors: navigator.hardwareConcurrency ?? 1, isSecureContext, crossOriginIsolated, hasWebGpu: Boolean(adapter),
    isVisible: !document.hidden, keepsAwake: wakeLock !== undefined && !wakeLock.released, timerStepMs: stepMs,
  };
  show({ Browser: all.userAgent, Clock: `steps of ${Number(stepMs.toPrecision(2))} ms`, Threads: crossOriginIsolated ? 'possible' : 'one only: this page is not isolated',
    WebGPU: all.hasWebGpu ? 'yes' : 'no', Screen: all.keepsAwake ? 'kept on' : 'may turn off: keep it on yourself' });
  return all;
}

function show(entries) {
  find('facts').replaceChildren(...Object.entries(entries).flatMap(([name, text]) => {
    const [term, description] = [document.createElement('dt'), document.createElement('dd')];
    term.textContent = name;
    description.textContent = text;
    return [term, description];
  }));
}

async function hear(message) {
  switch (message.type) {
    case 'welcome':
      welcome = message;
      isWelcome = true;
      if (!document.hidden) send({ type: 'visible' });
      complain('');
      say(`Measuring with ${message.provider}, ${message.threads === 1 ? '1 thread' : `${message.threads} threads`}.`);
      return;
    case 'progress':
      find('progress').max = message.total;
      find('progress').value = message.done;
      return;
    case 'measure':
      current = current.then(() => answer(message));
      return current;
    case 'reload':
      isOver = true;
      location.reload();
      return;
    case 'refused':
      if (message.mayRetry) return complain(`Waiting: ${message.reason}.`);
      complain(`Refused: ${message.reason}.`);
      return end('');
    case 'done':
      return end('The computer has ended this session and keeps what was measured. You can close this page.');
  }
}

function end(text) {
  isOver = true;
  sessionStorage.removeItem('measuring');
  find('during').hidden = true;
  say(text);
  void wakeLock?.release();
}

/** Thrown between runs when the page was hidden meanwhile, or nobody waits for them any more. */
class Interrupted extends Error {}

/** A page that is being left fails in whatever it does, which says nothing of the model. */
let isLeft = false;
for (const event of ['beforeunload', 'pagehide']) addEventListener(event, () => { isLeft = true; });
addEventListener('pageshow', () => { isLeft = false; });

/** The computer did not answer, which says nothing of the model either. */
class Unreachable extends Error {}

async function answer(request) {
  const { id } = request;
  const asking = socket;
  isHidden = document.hidden;
  isStale = asking.readyState !== WebSocket.OPEN;
  find('now').textContent = request.name;
  try {
    const measured = await measure(request);
    if (socket === asking) send({ type: 'measured', id, ...measured });
  } catch (error) {
    if (socket !== asking || isLeft) return;
    if (error instanceof Unreachable) {
      asking.close();
    } else if (error instanceof Interrupted) {
      send({ type: 'hidden', id });
      if (!document.hidden) send({ type: 'visible' });
    } else {
      send({ type: 'failed', id, message: String(error?.message ?? error).slice(0, 2000) });
    }
  }
}

async function measure({ id, length, input, output, maxRuns = Infinity }) {
  const ort = await loadRuntime();
  const [model, values] = await Promise.all([load(`model-${id}`), load(`input-${id}`)]);
  const session = await ort.InferenceSession.create(new Uint8Array(model), { executionProviders: [welcome.provider], graphOptimizationLevel: 'all' });
  try {
    const name = output ?? session.outputNames[0];
    const feeds = { [input.name]: new ort.Tensor('float32', new Float32Array(values), input.shape) };
    const run = () => session.run(feeds, [name]);
    const result = (await run())[name];
    const computed = await result.getData();
    if (!(computed instanceof Float32Array)) throw new Error(`its output "${name}" is not of float32`);
    const options = { now, stepMs, pause };
    const warmUp = await timeRuns(run, length.warmUp, { ...options, maxRuns: maxRuns / 4 });
    const timed = await timeRuns(run, length.timed, { ...options, maxRuns: maxRuns - warmUp.runs - 1 });
    if (isHidden) throw new Interrupted();
    return { warmUpRuns: 1 + warmUp.runs, samplesMs: timed.samplesMs, timedRuns: timed.runs, output: base64Of(computed), outputName: name };
  } finally {
    await session.release();
  }
}

async function loadRuntime() {
  if (runtime !== undefined) return runtime;
  const folder = new URL('runtime/', base).href;
  const loaded = await import(`${folder}${welcome.provider === 'webgpu' ? 'ort.webgpu.min.mjs' : 'ort.wasm.min.mjs'}`);
  loaded.env.wasm.numThreads = welcome.threads;
  loaded.env.wasm.wasmPaths = folder;
  loaded.env.logLevel = 'error';
  runtime = loaded;
  return runtime;
}

async function load(name) {
  const response = await fetch(new URL(`content/${name}`, base)).catch((error) => { throw new Unreachable(String(error)); });
  if (!response.ok) throw new Error(`${name}: ${await response.text()}`);
  return response.arrayBuffer();
}

let lastPause = now();

/** Lets the browser tell what happened, now and then. */
async function pause() {
  if (now() - lastPause > 100) {
    await new Promise((resolve) => setTimeout(resolve));
    lastPause = now();
  }
  if (isHidden || isStale) throw new Interrupted();
}

function base64Of({ buffer, byteOffset, byteLength }) {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  const pieces = [];
  for (let at = 0; at < bytes.length; at += 0x8000) pieces.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(pieces.join(''));
}
