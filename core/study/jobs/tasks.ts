import { dirname, resolve } from 'node:path';
import { CancelledError } from '../../base/errors.ts';
import { findArchitecture, getSpace, publishedName } from '../../spaces/index.ts';
import { measureBestJob } from '../checks/measureBestJob.ts';
import { refitTask } from '../checks/refitTask.ts';
import { correlateFile } from '../correlation/correlateFile.ts';
import { calibrate } from '../devices/calibrate.ts';
import type { Phase } from '../eventTypes.ts';
import { exportFromStudy } from '../exportFromStudy.ts';
import { makeDirectory } from '../files.ts';
import { openStudy, readStudy, type StudyView } from '../folder.ts';
import { inherited } from '../handoff/weightSources.ts';
import { requireNewFolder, writeHandoff } from '../handoff/writeHandoff.ts';
import { requireWritable } from '../requireWritable.ts';
import { measure } from '../measuring/measure.ts';
import type { MeasuringPage } from '../measuring/measuringTask.ts';
import { runTraining } from '../networkTraining/runTraining.ts';
import { openTraining } from '../networkTraining/trainingFolder.ts';
import { engineOf } from '../run/engineOf.ts';
import type { PauseGate } from '../run/pauseGate.ts';
import { runStudy } from '../run/runStudy.ts';
import type { JobTask, LogLevel } from './messages.ts';
import { probe } from './probe/probe.ts';
import type { TaskProgress } from './progressReporter.ts';
import { transferTask } from './transferTask.ts';

export interface TaskHooks {
  readonly signal: AbortSignal;
  readonly gate: PauseGate;
  readonly onProgress: (progress: TaskProgress) => void;
  readonly log: (text: string, level: LogLevel) => void;
  readonly onPage: (page: MeasuringPage) => void;
}

/** @returns plain data: nothing for a run, a training or a transfer, whose folder tells everything; ExportReport; HandoffReport; Correlation; Calibrated; MeasuredSession; RefitReport; ProbeResult */
export async function doTask(task: JobTask, hooks: TaskHooks): Promise<unknown> {
  switch (task.kind) {
    case 'run': return run(task.directory, hooks);
    case 'train': return train(task.directory, hooks);
    case 'transfer': return transferTask(task.directory, hooks);
    case 'export': return exportTask(task, hooks);
    case 'handoff': return handoffTask(task, hooks);
    case 'correlate': return correlateFile(task, hooks);
    case 'calibrate': return calibrate({ ...task, directory: resolve(task.directory) }, hooks);
    case 'measure': return measure({ ...task, out: resolve(task.out) }, hooks);
    case 'measure-best': return measureBestJob({ ...task, directory: resolve(task.directory) }, hooks);
    case 'refit': return refitTask(task, hooks);
    case 'probe': return probe(task, hooks);
  }
}

const begins: Readonly<Record<Phase, string>> = {
  data: 'Reading the images', training: 'Training the supernet', search: 'Searching architectures', export: 'Exporting models',
};

async function train(directory: string, { signal, gate, onProgress, log }: TaskHooks): Promise<void> {
  const training = await openTraining(directory);
  try {
    log(training.events.lastSeq === 0 ? 'The training begins' : 'The training goes on', 'info');
    await runTraining(training, { signal, gate, onMessage: log, onProgress });
    log('The training is finished', 'info');
  } finally {
    training.close();
  }
}

async function run(directory: string, { signal, gate, onProgress, log }: TaskHooks): Promise<void> {
  const study = await openStudy(directory);
  let phase: Phase | undefined;
  try {
    log(study.events.lastSeq === 0 ? 'The study begins' : 'The study goes on', 'info');
    await runStudy(study, {
      signal, gate, onMessage: log,
      onProgress(progress) {
        if (progress.phase !== phase) {
          phase = progress.phase;
          log(`${begins[phase]}: ${progress.total} ${progress.unit} in all, engine ${study.info.engine}`, 'info');
        }
        onProgress(progress);
      },
    });
    log('The study is finished', 'info');
  } finally {
    study.close();
  }
}

async function exportTask({ directory, arch, out, batch, precision, quantisation }: Extract<JobTask, { kind: 'export' }>, { onProgress, signal }: TaskHooks) {
  const path = resolve(out);
  const view = await readStudy(directory);
  // A study makes the folder of its models when it writes the first one, which may be this.
  if (dirname(path) === resolve(view.paths.models)) await makeDirectory(view.paths.models);
  requireWritable(path);
  const { parsed, engine } = await prepared(view, arch, { onProgress, signal });
  onProgress({ done: 1, total: 2, unit: 'steps', note: 'calibrating, writing and checking the file' });
  const report = await exportFromStudy({ view, engine, arch: parsed, out: path, batch, precision, quantisation });
  onProgress({ done: 2, total: 2, unit: 'steps' });
  return report;
}

async function handoffTask({ directory, arch, out }: Extract<JobTask, { kind: 'handoff' }>, { onProgress, signal }: TaskHooks) {
  const path = resolve(out);
  const view = await readStudy(directory);
  requireNewFolder(path);
  const { space, parsed, engine } = await prepared(view, arch, { onProgress, signal });
  onProgress({ done: 1, total: 2, unit: 'steps', note: 'calibrating and writing the program' });
  const source = await inherited(view, space, parsed, engine);
  const report = await writeHandoff({ ...source, engine, name: publishedName(space, parsed) ?? space.key(parsed), architecture: parsed, out: path });
  onProgress({ done: 2, total: 2, unit: 'steps' });
  return report;
}

/** What writes an architecture of a study. @throws CancelledError when it was asked to stop meanwhile */
async function prepared({ settings }: StudyView, arch: unknown, { onProgress, signal }: Pick<TaskHooks, 'onProgress' | 'signal'>) {
  const space = getSpace(settings.space);
  const parsed = typeof arch === 'string' ? await findArchitecture(space, arch) : space.parse(arch);
  onProgress({ done: 0, total: 2, unit: 'steps', note: 'starting the engine' });
  const engine = await engineOf(settings);
  if (signal.aborted) throw new CancelledError();
  return { space, parsed, engine };
}
