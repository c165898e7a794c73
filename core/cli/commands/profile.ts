import { statSync } from 'node:fs';
import { InputError } from '../../base/errors.ts';
import type { MeasuringHooks } from '../../study/measuring/measureModels.ts';
import { defineCommand } from '../command.ts';
import type { Surroundings } from '../command.ts';
import { seedOption } from '../commandOptions.ts';
import { MeasuringProgress, measurementLines } from '../measuringOutput.ts';
import { argument, flag, optional, text } from '../options.ts';
import { lengthOptions, protocolSettings, wayOf, wayOptions } from '../wayOptions.ts';

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
    + 'pages from localhost (Android with USB: adb reverse) or over https (--https, with a certificate that the phone must be told to trust). Most browsers '
    + 'hide which phone they run on, above all over plain http; --device and --soc say it.',
  json: 'One measurement record a line: {format, version, model, of, target, way, session, measuredAt, protocol, timing, latencyMs, spread, flags, ...}',
  options: {
    model: argument(text('F.onnx|FOLDER', 'the path of an ONNX file, or of a folder with a manifest.json'), 'What to measure'),
    ...wayOptions,
    out: optional(text('DIR', 'the path of a folder'), 'With a folder of models: where the session is kept'),
    ...lengthOptions,
    blocks: flag('Tell which share of the time each block takes, from a profile of 20 runs (host)'),
    seed: { ...seedOption, help: 'Seed of the order of the rounds (default 1)' },
  },
  examples: [
    'pocketformer profile t1.onnx',
    'pocketformer profile t1.onnx --threads 2 --processors 0-1 --json',
    'pocketformer profile calibration --on host --out measured/host-1',
    'pocketformer profile calibration --on browser --lan --https --threads 4 --out measured/browser-4',
    'pocketformer profile calibration --on browser --lan --device "Pixel 8" --soc "Tensor G3" --out measured/browser-1',
    'pocketformer profile calibration --on adb:9A1AY1 --runner onnxruntime_perf_test --runtime-version 1.27.0 --out measured/pixel-1',
  ],
  async run(options, surroundings) {
    const { model, threads, processors, out } = options;
    const isFolder = isDirectory(model);
    if (isFolder !== (out !== undefined)) {
      throw new InputError('usage', isFolder ? `profile: ${model} is a folder of models; expected --out DIR, where the session is kept.`
        : 'profile: --out goes with a folder of models; a single measurement is printed.');
    }
    const way = wayOf('profile', options, surroundings, options.blocks);
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
    const measuring = { profiler, settings: await protocolSettings(options, options.blocks ? profiledRuns : 0), seed: options.seed, signal, ...progress.hooks, onEntry };
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

async function referenceIn(out: string) {
  const { requireSessionFolder } = await import('../../study/measuring/sessionFolder.ts');
  const { referenceModel } = await import('../../study/measuring/referenceModel.ts');
  await requireSessionFolder(out);
  return referenceModel(out);
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
