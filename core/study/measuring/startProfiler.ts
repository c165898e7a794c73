import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { adbProfiler } from '../../latency/profilers/adb/adbProfiler.ts';
import { runnerName, type RunnerFile } from '../../latency/profilers/adb/perfTestRunner.ts';
import type { BrowserOptions } from '../../latency/profilers/browser/browserProfiler.ts';
import { hostProfiler } from '../../latency/profilers/host/hostProfiler.ts';
import { named, type ToldDevice } from '../../latency/profilers/named.ts';
import type { ModelToMeasure, Profiler } from '../../latency/profilers/profiler.ts';
import { namesIn } from '../files.ts';

export type ProfilerChoice = {
  readonly threads: number;
  readonly affinity?: readonly number[];
  /** What a program on a phone is tried with before it is trusted. */
  readonly probe: ModelToMeasure;
  /** What the device is called in the records, where that is not left to itself. */
  readonly told?: ToldDevice;
} & ({ readonly way: 'host'; readonly spinning: boolean } | {
  readonly way: 'adb';
  readonly serial: string;
  /** onnxruntime_perf_test, or a folder with it and its libraries. */
  readonly runner: string;
  readonly provider?: string;
  readonly runtimeVersion?: string;
} | ({ readonly way: 'browser' } & Omit<BrowserOptions, 'threads'>));

/** @throws as `hostProfiler`, `adbProfiler` and `browserProfiler`; InputError `missing-file` without a runner */
export async function startProfiler(choice: ProfilerChoice): Promise<Profiler> {
  const profiler = await profilerOf(choice);
  return choice.told === undefined ? profiler : named(profiler, choice.told);
}

async function profilerOf(choice: ProfilerChoice): Promise<Profiler> {
  if (choice.way === 'host') return hostProfiler(choice);
  if (choice.way === 'browser') {
    // A web server and its certificates are for those who use them.
    const { browserProfiler } = await import('../../latency/profilers/browser/browserProfiler.ts');
    return browserProfiler(choice);
  }
  return adbProfiler({ ...choice, runner: await runnerFiles(choice.runner) });
}

/** The program alone keeps its name on the phone whatever it is called here. */
async function runnerFiles(path: string): Promise<RunnerFile[]> {
  if (!existsSync(path)) throw new InputError('missing-file', `${path}: there is no such file or folder; expected ${runnerName} for the phone.`);
  if (!statSync(path).isDirectory()) return [{ name: runnerName, bytes: await readFile(path) }];
  const names = (await namesIn(path)).filter((name) => name === runnerName || /\.so(\.[\d.]+)?$/.test(name));
  if (!names.includes(runnerName)) throw new InputError('missing-file', `${path}: holds no ${runnerName}; expected it and its libraries.`);
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(path, name)) })));
}
