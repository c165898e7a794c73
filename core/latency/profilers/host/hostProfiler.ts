import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, release, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { EnvironmentError, InputError } from '../../../base/errors.ts';
import { loadOrt, ortVersion } from '../../../engine/ort/binding.ts';
import { readOrtProfile } from '../../imports/ortProfile.ts';
import { keptRuns } from '../../measurements/keptRuns.ts';
import { blocksOf } from '../../measurements/subject.ts';
import { checkOutputs } from '../outputs.ts';
import type { ModelToMeasure, Profiler } from '../profiler.ts';
import { hostCondition } from './hostCondition.ts';
import { MeasuringProcess } from './measuringProcess.ts';
import type { HostRun } from './messages.ts';

export interface HostOptions {
  /** That one run uses; 1 unless given. */
  readonly threads?: number;
  /** Processors to bind the measuring process to. */
  readonly affinity?: readonly number[];
  /** Whether idle threads spin; they do not unless told, because other programs share this machine. */
  readonly spinning?: boolean;
}

/** This machine as a device: onnxruntime-node in a process of its own. */
export interface HostProfiler extends Profiler {
  /** Writes ONNX Runtime's profile of a first and of further runs to a file whose path begins with the prefix. */
  profile(model: ModelToMeasure, runs: number, prefix: string): Promise<{ readonly path: string }>;
}

/** @throws EnvironmentError `ort-missing`, `no-affinity`; InputError `unknown-processor` */
export function hostProfiler({ threads = 1, affinity, spinning = false }: HostOptions = {}): HostProfiler {
  loadOrt();
  if (affinity !== undefined) requireProcessors(affinity);
  const measuring = new MeasuringProcess(affinity);
  const runOf = ({ path, input, inputFile, output }: ModelToMeasure): HostRun =>
    ({ path, threads, spinning, input: { ...input, file: inputFile }, output: output?.name });
  return {
    way: 'host',
    target: {
      device: hostTitle(cpus()), operatingSystem: `${process.platform} ${release().split('.').slice(0, 2).join('.')}, ${process.arch}`,
      runtime: { name: 'onnxruntime-node', version: ortVersion(), build: 'npm' },
      provider: 'cpu', threads, ...(affinity === undefined ? {} : { affinity: [...affinity] }), optimisation: 'all', spinning,
    },
    async measure(model, length) {
      const startedAt = new Date().toISOString();
      const { warmUpRuns, runsMs, interruptedRuns, output } = await measuring.run({ kind: 'measure', length, ...runOf(model) });
      return { round: { startedAt, warmUpRuns, ...keptRuns(runsMs), ...(interruptedRuns > 0 && { interruptedRuns }) }, outputs: checkOutputs(model, output) };
    },
    async profile(model, runs, prefix) {
      const { output } = await measuring.run({ kind: 'profile', runs, prefix, ...runOf(model) });
      checkOutputs(model, output);
      const name = readdirSync(dirname(prefix)).find((each) => each.startsWith(basename(prefix)) && each.endsWith('.json'));
      if (name === undefined) throw new EnvironmentError('cannot-write', `ONNX Runtime wrote no profile to ${prefix}....json; is that folder writable?`);
      return { path: join(dirname(prefix), name) };
    },
    async blockTimes(model, runs) {
      const blocks = blocksOf(model.of)?.map(({ name }) => name);
      if (blocks === undefined) return undefined;
      const folder = mkdtempSync(join(tmpdir(), 'pocketformer-profile-'));
      try {
        const { path } = await this.profile(model, runs, join(folder, 'profile'));
        return readOrtProfile(readFileSync(path, 'utf8'), blocks, model.path).blockTimes;
      } finally {
        rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
      }
    },
    condition: async () => hostCondition(),
    close: async () => measuring.close(),
  };
}

/** Two machines with the same processors are the same device. @param processors as `os.cpus` tells them */
export function hostTitle(processors: readonly { readonly model: string }[]): string {
  const name = processors.at(0)?.model.trim().replace(/\s+/g, ' ') || `${process.arch} processor`;
  return `${name}, ${processors.length || availableParallelism()} processors`;
}

function requireProcessors(affinity: readonly number[]): void {
  if (process.platform !== 'linux') {
    throw new EnvironmentError('no-affinity', 'A process can be bound to processors only on Linux; leave the binding out here.');
  }
  if (spawnSync('taskset', ['-V'], { stdio: 'ignore' }).status !== 0) {
    throw new EnvironmentError('no-affinity', 'There is no taskset here to bind a process to processors; install util-linux, or leave the binding out.');
  }
  const count = cpus().length;
  const unknown = affinity.find((processor) => processor >= count);
  if (unknown !== undefined) {
    throw new InputError('unknown-processor', `There is no processor ${unknown}; this machine's are 0 to ${count - 1}.`);
  }
}
