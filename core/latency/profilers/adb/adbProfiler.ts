import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { EnvironmentError } from '../../../base/errors.ts';
import { keptRuns } from '../../measurements/keptRuns.ts';
import type { ModelToMeasure, Profiler, RoundLength } from '../profiler.ts';
import { AdbPhone, localServer } from './adbClient.ts';
import type { AdbAddress } from './connection.ts';
import { PerfTestRunner, runnerName, type RunnerFile } from './perfTestRunner.ts';
import { fastestProcessors, readCondition, readFacts, type PhoneFacts } from './phoneFacts.ts';

export interface AdbOptions {
  readonly serial: string;
  /** onnxruntime_perf_test for the phone, and libraries that it needs. */
  readonly runner: readonly RunnerFile[];
  readonly runtimeVersion?: string;
  /** As the runner calls it: cpu, xnnpack, nnapi, qnn. */
  readonly provider?: string;
  readonly threads?: number;
  /** The fastest processors, one for each thread, unless given. */
  readonly affinity?: readonly number[];
  readonly server?: AdbAddress;
  /** A small model that the runner is tried with before it is trusted. */
  readonly probe: ModelToMeasure;
}

/** Of the shortest models, enough for any statistic. */
const mostRuns = 100_000;
/** Runs of which the fastest tells how long one takes at least: the first ones are slow. */
const firstRuns = 5;

/**
 * An attached Android phone. Outputs are not seen: the runner does not give them.
 * @throws EnvironmentError `no-adb-server`, `no-phone`, `phone-not-ready`, `runner-broken`, `device-gone`
 */
export async function adbProfiler(options: AdbOptions): Promise<Profiler> {
  const { serial, threads = 1, provider = 'cpu', server = localServer(), runner: files, probe } = options;
  const phone = await AdbPhone.find(serial, server);
  const facts = await readFacts(phone);
  requireFitting(files, facts);
  const chosen = options.affinity ?? fastestProcessors(facts.clocksKHz, threads);
  const affinity = chosen.length === 0 ? undefined : [...chosen];
  const runner = new PerfTestRunner(phone, { threads, provider, processors: affinity });
  await runner.install(files, new Date());
  const pushed = new Set<string>();
  const runMs = new Map<string, number>();
  const push = async ({ sha256, path }: ModelToMeasure) => {
    if (pushed.has(sha256)) return;
    await runner.pushModel(sha256, readFileSync(path), new Date());
    pushed.add(sha256);
  };
  await push(probe);
  await runner.probe(probe.sha256);
  // From Android 11 on; it bounds clocks, so that they need not go down later.
  const isFixed = (await phone.shell('cmd power set-fixed-performance-mode-enabled true')).exitCode === 0;

  return {
    way: 'adb',
    target: {
      device: facts.device, ...(facts.systemOnChip && { systemOnChip: facts.systemOnChip }), operatingSystem: facts.operatingSystem,
      runtime: { name: 'onnxruntime', ...(options.runtimeVersion && { version: options.runtimeVersion }), build: `${runnerName} ${fingerprint(files)}` },
      provider, threads, ...(affinity && { affinity }), optimisation: 'all', spinning: false, performanceMode: isFixed ? 'fixed' : 'default',
    },
    async measure(model, length) {
      await push(model);
      const startedAt = new Date().toISOString();
      let estimate = runMs.get(model.sha256);
      if (estimate === undefined) runMs.set(model.sha256, estimate = Math.min(...await runner.run(model.sha256, firstRuns)));
      const { warmUpRuns, timedRuns } = runsFor(length, estimate);
      const all = await runner.run(model.sha256, warmUpRuns + timedRuns);
      const timed = all.slice(warmUpRuns);
      return { round: { startedAt, warmUpRuns: warmUpRuns + 1, ...keptRuns(timed) } };
    },
    condition: () => readCondition(phone),
    async close() {
      phone.interrupt();
      // Best effort: after this the phone is the person's again, or it is gone.
      await phone.shell('cmd power set-fixed-performance-mode-enabled false').catch(() => undefined);
      await runner.remove().catch(() => undefined);
    },
  };
}

/** How often a model that takes so long has to run. */
export function runsFor({ warmUp, timed }: RoundLength, runMs: number): { warmUpRuns: number; timedRuns: number } {
  const runs = (least: number, seconds: number) => Math.min(mostRuns, Math.max(least, Math.ceil(1000 * seconds / runMs)));
  return { warmUpRuns: runs(warmUp.runs, warmUp.seconds), timedRuns: runs(timed.runs, timed.seconds) };
}

/** The architectures of ELF files, by their number in it, as Android calls them. */
const architectures: Readonly<Record<number, string>> = { 0xb7: 'arm64-v8a', 0x28: 'armeabi-v7a', 0x3e: 'x86_64', 0x03: 'x86' };

function requireFitting(files: readonly RunnerFile[], { abi }: PhoneFacts): void {
  const program = files.find(({ name }) => name === runnerName);
  if (program === undefined) throw new EnvironmentError('runner-broken', `There is no ${runnerName}; expected that program, built for ${abi}.`);
  const bytes = Buffer.from(program.bytes);
  const isElf = bytes.length > 20 && bytes.readUInt32BE(0) === 0x7f454c46;
  const built = isElf ? architectures[bytes.readUInt16LE(18)] : undefined;
  if (built !== abi) {
    throw new EnvironmentError('runner-broken', `${runnerName} is ${built === undefined ? 'no program of Android' : `built for ${built}`}; this phone needs ${abi}.`);
  }
}

/** Kernels differ between builds of one version, so the files themselves name the build. */
function fingerprint(files: readonly RunnerFile[]): string {
  const hash = createHash('sha256');
  for (const { name, bytes } of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) hash.update(`${name}\n`).update(bytes);
  return hash.digest('hex').slice(0, 12);
}
