import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CancelledError, EnvironmentError } from '../../../base/errors.ts';
import { Random } from '../../../base/random.ts';
import { keptRuns } from '../../measurements/keptRuns.ts';
import type { Target } from '../../measurements/record.ts';
import { checkOutputs } from '../outputs.ts';
import type { ModelToMeasure, Profiler, RoundLength, RoundResult } from '../profiler.ts';
import { implausibility, outputValues } from './measured.ts';
import type { BrowserProvider, Measured, PageFacts } from './messages.ts';
import { PageLink, type Reply } from './pageLink.ts';
import { startPageServer, type PageServer } from './pageServer.ts';
import { isIos, pageTarget, threadsOn } from './pageTarget.ts';

export interface BrowserOptions {
  readonly provider?: BrowserProvider;
  /** That one run uses where the page may have threads; 1 unless given. */
  readonly threads?: number;
  readonly address?: string;
  readonly port?: number;
  readonly https?: boolean;
  /** Told where the page is; the phone is to open it now. */
  readonly onAddress: (page: Pick<PageServer, 'url' | 'port' | 'fingerprint'>) => void;
  readonly onNote: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Reloads that a model gets when the page goes away over it: memory may have run out. */
const lossesPerRound = 3;
/** Safari on iOS 26 is reported to end pages after about 500 runs on WebGPU, and earlier ones to run out of memory. */
const runsPerLoadOnIos = 200;

/**
 * A browser as a device: onnxruntime-web in a page that a phone opens. Serves the page and waits until one has opened it.
 * @throws EnvironmentError `port-in-use`, `cannot-listen`; CancelledError when the signal aborts before a page is there
 */
export async function browserProfiler(options: BrowserOptions): Promise<Profiler> {
  const { provider = 'wasm', threads = 1, onAddress, onNote, signal } = options;
  const version = runtimeVersion();
  const content = new Map<string, string | Uint8Array>();
  let measuredTarget: Omit<Target, 'precision'> | undefined;
  const targetOf = (facts: PageFacts) => pageTarget(facts, { provider, threads, version });
  const link = new PageLink({
    obstacle: (facts) => {
      if (provider === 'webgpu' && !facts.hasWebGpu) return noWebGpu(facts);
      if (measuredTarget !== undefined && JSON.stringify(targetOf(facts)) !== JSON.stringify(measuredTarget)) {
        return `the session measures ${measuredTarget.device}, ${measuredTarget.operatingSystem}; this is another device or setting`;
      }
      return undefined;
    },
    welcome: (facts) => ({ type: 'welcome', provider, threads: threadsOn(facts, threads) }),
    onNote,
  });
  const server = await startPageServer({ ...options, onSocket: (socket) => link.take(socket), content: (name) => content.get(name) });
  const close = async () => {
    link.close();
    await server.close();
  };
  const stop = () => void close();
  signal?.addEventListener('abort', stop, { once: true });
  let facts: PageFacts;
  try {
    onAddress(server);
    if (signal?.aborted) throw new CancelledError();
    facts = await link.ready();
  } catch (error) {
    await close();
    throw error;
  }
  const target = measuredTarget = targetOf(facts);
  for (const line of remarks(facts, threads)) onNote(line);
  let [lastId, runsOnPage, load] = [0, 0, link.loads];

  async function measured(model: ModelToMeasure, length: RoundLength): Promise<{ reply: Measured; startedAt: string; facts: PageFacts }> {
    for (let losses = 0; losses < lossesPerRound;) {
      let page = await link.ready();
      if (load !== link.loads) [load, runsOnPage] = [link.loads, 0];
      if (isIos(page) && runsOnPage > 0.4 * runsPerLoadOnIos) {
        link.reload();
        page = await link.ready();
        [load, runsOnPage] = [link.loads, 0];
      }
      const id = ++lastId;
      const maxRuns = isIos(page) ? runsPerLoadOnIos - runsOnPage : undefined;
      const begin = performance.now();
      const startedAt = new Date().toISOString();
      const { name, input, output } = model;
      content.set(`model-${id}`, model.path).set(`input-${id}`, model.inputFile ?? normalInput(input.shape));
      let reply: Reply;
      try {
        reply = await link.ask({ type: 'measure', id, name, length, input, ...(output && { output: output.name }), ...(maxRuns && { maxRuns }) });
      } finally {
        content.clear();
      }
      switch (reply.type) {
        case 'measured': {
          const doubt = implausibility(reply, page, { length, maxRuns, elapsedMs: performance.now() - begin });
          if (doubt !== undefined) {
            link.refuse(doubt);
            losses++;
            break;
          }
          runsOnPage += reply.warmUpRuns + reply.timedRuns;
          return { reply, startedAt, facts: page };
        }
        case 'failed':
          throw new EnvironmentError('model-refused', `${name}: ONNX Runtime cannot run this model in the browser: ${reply.message}`);
        case 'hidden':
          onNote(`The page was hidden; this round of ${name} is thrown away, and measured again when the page is in front.`);
          break;
        case 'lost':
          losses++;
          onNote(`The page went away while it measured ${name}; it goes on when the page is open again.`);
      }
    }
    throw new EnvironmentError('profiler-crashed', `${model.name}: the page went away or told impossible times ${lossesPerRound} times in one round; the browser may lack memory for this model.`);
  }

  return {
    way: 'browser', target,
    async measure(model, length): Promise<RoundResult> {
      const { reply, startedAt } = await measured(model, length);
      const values = outputValues(reply.output);
      if (values === undefined) throw new EnvironmentError('wrong-output', `${model.name}: the page sent an output that is no list of float32 values. It was not measured.`);
      const kept = keptRuns(reply.samplesMs);
      const { timedRuns } = reply;
      return {
        round: { startedAt, warmUpRuns: reply.warmUpRuns, runsMs: kept.runsMs, ...(timedRuns > kept.runsMs.length && { timedRuns }) },
        outputs: checkOutputs(model, values),
      };
    },
    condition: async () => ({}),
    showProgress: (done, total) => link.tell({ type: 'progress', done, total }),
    close: async () => {
      signal?.removeEventListener('abort', stop);
      link.tell({ type: 'done' });
      await close();
    },
  };
}

/** What other ways of measuring feed where a model comes without input. */
function normalInput(shape: readonly number[]): Uint8Array {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  new Random('input').fillNormal(values);
  return new Uint8Array(values.buffer);
}

function runtimeVersion(): string {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-web');
  return (JSON.parse(readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8')) as { version: string }).version;
}

const noWebGpu = ({ isSecureContext }: PageFacts) => (isSecureContext ? 'this browser has no WebGPU; measure with wasm instead'
  : 'WebGPU needs a secure page: over https, or from http://localhost with "adb reverse"');

function* remarks(facts: PageFacts, threads: number): Generator<string> {
  yield `A page is there: ${facts.userAgent}; its clock has steps of ${facts.timerStepMs.toPrecision(2)} ms, and ${facts.keepsAwake ? 'the screen is kept on' : 'it cannot keep the screen on: do so yourself'}.`;
  if (!facts.crossOriginIsolated && threads > 1) {
    yield `The page is not isolated, because it came over plain http or the browser does not isolate: 1 thread instead of ${threads}. Over https, or from http://localhost with "adb reverse", it may have more.`;
  }
}
