import { statSync } from 'node:fs';
import { InputError } from '../../base/errors.ts';
import type { BrowserProvider } from '../../latency/profilers/browser/messages.ts';
import type { ProtocolSettings } from '../../latency/protocol/settings.ts';
import type { MeasuringHooks } from '../../study/measuring/measureModels.ts';
import { defineCommand } from '../command.ts';
import type { Surroundings } from '../command.ts';
import { seedOption } from '../commandOptions.ts';
import { addressLines, type PageAddress } from '../measuringPage.ts';
import { MeasuringProgress, measurementLines } from '../measuringOutput.ts';
import { argument, flag, optional, positiveNumber, text, wholeNumber, withDefault } from '../options.ts';
import type { Option } from '../options.ts';
import { processorsKind, wayKind } from '../profileOptions.ts';
import type { WayChoice } from '../profileOptions.ts';

export const profile = defineCommand({
  name: 'profile',
  summary: 'Measure the latency of ONNX files on a device',
  details: 'One file, or a folder with a manifest (a calibration set). Each model is warmed up and measured in several rounds; the estimate is the median '
    + "of the rounds' medians. With a folder the rounds lie spread over the session in random order, a reference model tells whether the device is "
    + 'as it was at the start, and --out keeps everything: the same command goes on with an interrupted session.\n'
    + 'host is this machine, with onnxruntime-node in a process of its own. adb:SERIAL is an Android phone that an adb server sees; --runner is '
    + "onnxruntime_perf_test, which you build from ONNX Runtime for Android, or a folder with it and its libraries. It is tried before it is trusted, "
    + 'and runs on the fastest processors, one for each thread, in fixed performance mode where the phone has one.\n'
    + 'browser is any phone that opens a page, with onnxruntime-web: it prints an address with a one-time token and a code for cameras, and is up only '
    + 'while it measures, on this machine alone unless --lan or --host asks for more. Browsers give threads, WebGPU and fine clocks only to '
    + 'pages from localhost (Android with USB: adb reverse) or over https (--https, with a certificate that the phone must be told to trust).',
  json: 'One measurement record a line: {format, version, model, of, target, way, session, measuredAt, protocol, timing, latencyMs, spread, flags, ...}',
  options: {
    model: argument(text('F.onnx|FOLDER', 'the path of an ONNX file, or of a folder with a manifest.json'), 'What to measure'),
    on: { kind: wayKind, help: 'Where to measure (default host)', absent: { required: false, value: { way: 'host' } } } as Option<WayChoice>,
    threads: withDefault(wholeNumber('N', 1, 1024), 1, 'Threads of one run'),
    processors: optional(processorsKind, 'Processors to run on, such as 7 or 4-7 (phones and Linux)'),
    spinning: flag('Let idle threads spin, as ONNX Runtime does by default'),
    runner: optional(text('FILE|FOLDER', 'the path of onnxruntime_perf_test'), 'With adb: the program that runs models on the phone'),
    provider: optional(text('NAME', 'a name as the runtime has it'), 'What computes: with adb such as cpu or xnnpack (default cpu), with browser wasm or webgpu (default wasm)'),
    runtimeVersion: optional(text('VERSION', 'a version'), "With adb: the runner's version of ONNX Runtime, for the records"),
    port: optional(wholeNumber('N', 0, 65_535), 'With browser: port to listen on (default any free one)'),
    host: optional(text('ADDRESS', 'an address of this machine'), 'With browser: address to listen on (default 127.0.0.1)'),
    lan: flag('With browser: listen on all addresses of this machine, so that phones in your network reach it'),
    https: flag('With browser: encrypt, with a certificate made for this session'),
    out: optional(text('DIR', 'the path of a folder'), 'With a folder of models: where the session is kept'),
    rounds: withDefault(wholeNumber('N', 1, 100), 3, 'Rounds of each model'),
    runs: withDefault(wholeNumber('N', 1, 100_000), 50, 'Timed runs of each model, at least'),
    seconds: withDefault(positiveNumber('S', 'seconds'), 3, 'Time that each model is timed for, at least'),
    blocks: flag('Tell which share of the time each block takes, from a profile of 20 runs (host)'),
    maxDrift: withDefault(positiveNumber('PERCENT', 'percent'), 5, 'How far the reference model may move'),
    coolDown: withDefault(positiveNumber('S', 'seconds'), 60, 'Pause when it has moved further'),
    seed: { ...seedOption, help: 'Seed of the order of the rounds (default 1)' },
  },
  examples: [
    'pocketformer profile t1.onnx',
    'pocketformer profile t1.onnx --threads 2 --processors 0-1 --json',
    'pocketformer profile calibration --on host --out measured/host-1',
    'pocketformer profile calibration --on browser --lan --https --threads 4 --out measured/browser-4',
    'pocketformer profile calibration --on adb:9A1AY1 --runner onnxruntime_perf_test --runtime-version 1.27.0 --out measured/pixel-1',
  ],
  async run(options, surroundings) {
    const { model, threads, processors, out } = options;
    const isFolder = isDirectory(model);
    if (isFolder !== (out !== undefined)) {
      throw new InputError('usage', isFolder ? `profile: ${model} is a folder of models; expected --out DIR, where the session is kept.`
        : 'profile: --out goes with a folder of models; a single measurement is printed.');
    }
    const way = wayOf(options, surroundings);
    const signal = surroundings.stopSignal();
    const { startProfiler } = await import('../../study/measuring/startProfiler.ts');
    const { measureModel, measureModels } = await import('../../study/measuring/measureModels.ts');
    const { modelOfFile, modelsOfFolder } = await import('../../study/measuring/modelFiles.ts');
    const models = isFolder ? await modelsOfFolder(model) : [await modelOfFile(model)];
    const reference = out === undefined ? undefined : await referenceIn(out);
    const profiler = await startProfiler({ ...way, ...(way.way === 'browser' && { signal }), threads, affinity: processors, probe: reference ?? models[0] });
    const progress = new MeasuringProgress(models, surroundings);
    const onEntry: MeasuringHooks['onEntry'] = (entry, session) => {
      progress.hooks.onEntry?.(entry, session);
      profiler.showProgress?.(session.progress.done, session.progress.total);
    };
    const measuring = { profiler, settings: await settingsOf(options), seed: options.seed, signal, ...progress.hooks, onEntry };
    try {
      if (out === undefined || reference === undefined) return await tell([await measureModel(models[0], measuring)], surroundings, progress);
      const { measurements, failures } = await measureModels(models, reference, out, measuring);
      await tell(measurements, surroundings, progress);
      for (const { message } of failures) surroundings.note(message);
    } finally {
      progress.finish();
      await profiler.close();
    }
  },
});

const profiledRuns = 20;

interface PhoneOptions {
  readonly on: WayChoice;
  readonly runner: string | undefined;
  readonly provider: string | undefined;
  readonly runtimeVersion: string | undefined;
  readonly spinning: boolean;
  readonly blocks: boolean;
  readonly processors: readonly number[] | undefined;
  readonly port: number | undefined;
  readonly host: string | undefined;
  readonly lan: boolean;
  readonly https: boolean;
}

/** Where to measure, with the options that belong to it and none that do not. @throws InputError `usage` */
function wayOf(options: PhoneOptions, surroundings: Surroundings) {
  const { on, runner, provider, runtimeVersion, spinning, blocks, port, host, lan, https } = options;
  const given = Object.entries({ '--runner': runner, '--provider': provider, '--runtime-version': runtimeVersion }).find(([, value]) => value !== undefined);
  if (on.way === 'browser') return browserWay(options, surroundings);
  if (port !== undefined || host !== undefined || lan || https) throw new InputError('usage', 'profile: --port, --host, --lan and --https go with --on browser.');
  if (on.way === 'host') {
    if (given) throw new InputError('usage', `profile: ${given[0]} goes with --on adb:SERIAL.`);
    return { ...on, spinning };
  }
  if (runner === undefined) {
    throw new InputError('usage', 'profile: --runner is missing; expected the path of onnxruntime_perf_test for the phone, or of a folder with it and its libraries.');
  }
  if (spinning || blocks) throw new InputError('usage', `profile: ${spinning ? '--spinning' : '--blocks'} goes with --on host.`);
  return { ...on, runner, provider, runtimeVersion };
}

function browserWay({ runner, runtimeVersion, spinning, blocks, processors, provider = 'wasm', port, host, lan, https }: PhoneOptions, { progress, note }: Surroundings) {
  const stray = Object.entries({
    '--runner': runner !== undefined, '--runtime-version': runtimeVersion !== undefined, '--spinning': spinning, '--blocks': blocks, '--processors': processors !== undefined,
  }).find(([, isGiven]) => isGiven);
  if (stray) throw new InputError('usage', `profile: ${stray[0]} does not go with --on browser.`);
  if (lan && host !== undefined) throw new InputError('usage', 'profile: --lan and --host exclude each other; expected one of them.');
  if (provider !== 'wasm' && provider !== 'webgpu') throw new InputError('usage', `profile: --provider is ${provider}; expected wasm or webgpu with --on browser.`);
  return {
    way: 'browser' as const, provider: provider as BrowserProvider, port, address: lan ? '0.0.0.0' : host, https,
    // Also with --quiet: nobody could open the page.
    onAddress: (page: PageAddress) => { for (const line of addressLines(page)) progress.write(`${line}\n`); },
    onNote: note,
  };
}

async function referenceIn(out: string) {
  const { requireSessionFolder } = await import('../../study/measuring/sessionFolder.ts');
  const { referenceModel } = await import('../../study/measuring/referenceModel.ts');
  await requireSessionFolder(out);
  return referenceModel(out);
}

interface Lengths {
  readonly rounds: number;
  readonly runs: number;
  readonly seconds: number;
  readonly maxDrift: number;
  readonly coolDown: number;
  readonly blocks: boolean;
}

async function settingsOf({ rounds, runs, seconds, maxDrift, coolDown, blocks }: Lengths): Promise<ProtocolSettings> {
  const { defaultProtocol } = await import('../../latency/protocol/settings.ts');
  const { warmUp } = defaultProtocol;
  return {
    ...defaultProtocol, rounds, timed: { runs, seconds },
    // A short measurement is not to wait for its warm-up.
    warmUp: { runs: Math.min(warmUp.runs, runs), seconds: Math.min(warmUp.seconds, seconds) },
    maxDrift: maxDrift / 100, coolDownSeconds: coolDown, profiledRuns: blocks ? profiledRuns : 0,
  };
}

async function tell(measurements: Parameters<typeof measurementLines>[0], { json, print }: Surroundings, progress: MeasuringProgress): Promise<void> {
  progress.finish();
  if (json) for (const each of measurements) await print(JSON.stringify(each));
  else for (const line of measurementLines(measurements)) await print(line);
}

function isDirectory(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new InputError('missing-file', `${path}: there is no such file or folder.`);
  return stats.isDirectory();
}
