import { availableParallelism, hostname, totalmem } from 'node:os';
import { basename, resolve } from 'node:path';
import { InputError } from '../base/errors.ts';
import { inspectData } from '../data/inspect.ts';
import { getSpace } from '../spaces/index.ts';
import { readCalibration } from '../study/devices/calibrationFile.ts';
import { CalibrationList } from '../study/devices/calibrationList.ts';
import { calibrationDirectory, deleteCalibration, extendCalibration } from '../study/devices/createCalibration.ts';
import { namedDevice } from '../study/devices/namedDevice.ts';
import { FollowedEvaluations } from '../study/evaluations/followEvaluations.ts';
import { describeStudy, studyPaths } from '../study/folder.ts';
import { hasEnded } from '../study/jobs/job.ts';
import { JobSupervisor, type ShortTask } from '../study/jobs/supervisor.ts';
import type { WorkerHost } from '../study/jobs/workerHost.ts';
import { listFolder } from '../study/library/listFolder.ts';
import { StudyLibrary } from '../study/library/studyLibrary.ts';
import { studyTemplates } from '../study/library/templates.ts';
import { newTraining } from '../study/networkTraining/newTraining.ts';
import { trainingTemplates } from '../study/networkTraining/templates.ts';
import { readTraining, trainingPaths } from '../study/networkTraining/trainingFolder.ts';
import { TrainingList } from '../study/networkTraining/trainingList.ts';
import { objectiveOf } from '../study/objectiveOf.ts';
import { WorkbenchSettingsFile } from '../study/settings/workbenchSettings.ts';
import { pocketformerVersion } from '../study/studyInfo.ts';
import { newTransfer } from '../study/transfer/newTransfer.ts';
import { transferTemplates } from '../study/transfer/templates.ts';
import { TransferList } from '../study/transfer/transferList.ts';
import { openArchive, packArchive, relinkImages } from './handlers/archives.ts';
import { describeArchitecture, listSpaces } from './handlers/architectures.ts';
import { calibrationView, estimateCalibration, makeCalibration } from './handlers/calibrations.ts';
import { correlationTask, listProxies } from './handlers/correlation.ts';
import { describeDevice, describeDevices } from './handlers/devices.ts';
import { measuredOf, measuringJobId, studiesWith } from './handlers/measured.ts';
import { checkDraft, editDraft, estimateDraft, estimateTrainingDraft, estimateTransferDraft, imagesOf, listFields, templatesView } from './handlers/drafts.ts';
import { listPhones, measuringTask } from './handlers/measuring.ts';
import { describeEngines } from './handlers/engines.ts';
import { trainingDetail, trainingDirectory, trainingView, wrongImages } from './handlers/trainings.ts';
import { runDirectory, transferDetail, transferDirectory, transferView } from './handlers/transfers.ts';
import { devicesOfStudy, readStudyFileBytes, studyDetail, studyRow } from './handlers/studies.ts';
import type { WorkbenchSettings } from './contract/types.ts';
import type { OutputOf, ParsedInputOf } from './contract/contract.ts';
import { ApiServer } from './server.ts';
import type { Handlers, RequestContext, Sources } from './server.ts';
import { calibrationsSource } from './sources/calibrations.ts';
import { EvaluationsSource } from './sources/evaluations.ts';
import { JobsSource } from './sources/jobs.ts';
import { followSession } from './sources/measuring.ts';
import { Sequence } from './sources/sequence.ts';
import { StudiesSource } from './sources/studies.ts';
import { followEvents } from './sources/studyEvents.ts';
import { trainingsSource, transfersSource } from './sources/trainings.ts';

export interface WorkbenchOptions {
  /** Where compute processes are started. */
  readonly workerHost: WorkerHost;
  /** Folder of the studies, in place of the settings' for this session. */
  readonly libraryFolder?: string;
  /** Folder of the studies until the person chooses one; `runs` in the working folder unless given. */
  readonly defaultLibraryFolder?: string;
  /** The settings file; in the person's configuration folder unless given. */
  readonly settingsFile?: string;
  /** Hears of errors that are nobody's input. */
  readonly onDefect?: (error: unknown) => void;
}

/** The core behind a window: the library, the jobs, the settings, and the contract over them. */
export interface Workbench {
  readonly api: ApiServer;
  readonly jobs: JobSupervisor;
  readonly library: StudyLibrary;
  readonly libraryFolder: string;
  /** Stops all jobs with everything saved. */
  close(): Promise<void>;
}

const thumbnailPixels = 64;

export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const settings = await WorkbenchSettingsFile.open({
    path: options.settingsFile, libraryFolder: options.libraryFolder, defaultLibraryFolder: options.defaultLibraryFolder,
  });
  const library = new StudyLibrary(settings);
  const supervisor = new JobSupervisor({ host: options.workerHost });
  const sequence = new Sequence();
  const jobs = new JobsSource(supervisor, sequence);
  const studies = new StudiesSource(library, jobs, sequence);
  const evaluations = new EvaluationsSource(async (study) => {
    const view = await describeStudy(await library.directoryOf(study));
    return new FollowedEvaluations({ paths: view.paths, space: getSpace(view.settings.space), objective: objectiveOf(view.settings) });
  });

  const rowOf = async (id: string) => studyRow(await library.row(id), jobs.ofStudy(id), jobs.pids());
  const jobIdOf = async (study: string) => resolve(await library.directoryOf(study));
  /** Changes the library and lets every window see it at once. */
  const changing = async <T>(change: Promise<T>): Promise<T> => {
    const result = await change;
    studies.refresh();
    return result;
  };
  const startRun = async (study: string) => {
    const row = await library.row(study);
    supervisor.start({ kind: 'run', directory: row.directory }, { title: row.name });
  };
  const requireIdle = (ids: readonly string[]) => {
    const busy = ids.map((id) => jobs.ofStudy(id)).find((job) => job !== undefined && !hasEnded(job));
    if (busy) throw new InputError('study-running', `${busy.title} is ${busy.state}; stop it first.`);
  };

  const calibrationList = new CalibrationList();
  const calibrations = async () => {
    const rows = await calibrationList.rows(library.folder);
    return rows.map((row) => calibrationView(row, jobs.pids()));
  };

  const trainingList = new TrainingList();
  const trainings = async () => (await trainingList.rows(library.folder)).map((row) => trainingView(row, jobs.pids()));
  const ofTraining = (training: string) => trainingDirectory(library.folder, training);

  const startTraining = async (directory: string) => supervisor.start({ kind: 'train', directory }, { title: (await readTraining(directory)).info.name });

  const transferList = new TransferList();
  const transfers = async () => (await transferList.rows(library.folder)).map((row) => transferView(row, jobs.pids()));
  const ofTransfer = (transfer: string) => transferDirectory(library.folder, transfer);
  const transferRowOf = async (transfer: string) => {
    const directory = ofTransfer(transfer);
    return (await transfers()).find((row) => resolve(row.directory) === directory)!;
  };
  const startTransfer = async (transfer: string) => {
    const { directory, name } = await transferRowOf(transfer);
    supervisor.start({ kind: 'transfer', directory: resolve(directory) }, { title: name });
  };

  const directoryOf = async (of: ParsedInputOf<'archives.pack'>['of']) => ('study' in of ? library.directoryOf(of.study) : ofTraining(of.training));

  const handlers: Handlers = {
    'app.info': () => ({
      version: pocketformerVersion(), node: process.version, platform: `${process.platform} ${process.arch}`, hostName: hostname(),
      processors: availableParallelism(), memoryBytes: totalmem(), workingFolder: process.cwd(),
    }),
    // A window that is opened right after a change, as by a reload, must see the change.
    'settings.get': async () => ({ settings: settingsView(await settings.whenWritten()), path: settings.path, notes: [...settings.notes] }),
    'settings.change': async (change) => {
      const changed = await settings.change(change);
      if (change.libraryFolder !== undefined) studies.refresh();
      return { settings: settingsView(changed) };
    },
    'engines.list': () => describeEngines(),
    'files.list': async ({ path }) => {
      const { roots, entries, ...listing } = await listFolder(path);
      return { ...listing, roots: [...roots], entries: [...entries] };
    },

    'studies.list': async () => (await library.list()).map((row) => studyRow(row, jobs.ofStudy(row.id), jobs.pids())),
    'studies.get': async ({ study }) => studyDetail(library, await rowOf(study)),
    'studies.templates': () => templatesView(studyTemplates),
    'studies.create': async ({ text, baseDir, start }) => {
      const study = await changing(library.create({ text, baseDir }));
      if (start) await startRun(study);
      return { study };
    },
    'studies.duplicate': async ({ study, name }) => ({ study: await changing(library.duplicate(study, name)) }),
    'studies.open': async ({ path }) => {
      const opened = await changing(library.openFrom(path));
      if (opened.kind === 'study') return { study: opened.id };
      return { study: await changing(library.create({ text: opened.file.text, baseDir: opened.file.baseDir })) };
    },
    'studies.forget': async ({ study }) => {
      await changing(library.forget(study));
      return {};
    },
    'studies.rename': async ({ study, name }) => {
      requireIdle([study]);
      await changing(library.rename(study, name));
      return {};
    },
    'studies.setTags': async ({ study, tags }) => {
      await changing(library.changeMetadata(study, { tags }));
      return {};
    },
    'studies.setArchived': async ({ studies: ids, archived }) => {
      await changing(Promise.all(ids.map((id) => library.changeMetadata(id, { archived }))));
      return {};
    },
    'studies.trash': async ({ studies: ids }) => {
      requireIdle(ids);
      const trashed = await changing(library.trash(ids));
      for (const id of ids) evaluations.forget(id);
      return { trashed };
    },
    'studies.restore': async ({ trashed }) => {
      const restored: string[] = [];
      for (const id of trashed) restored.push(await changing(library.restore(id)));
      return { studies: restored };
    },
    'studies.trashed': () => library.listTrash(),
    'studies.emptyTrash': async () => ({ deleted: await library.emptyTrash() }),
    'studies.readFile': async ({ study, path }) => readStudyFileBytes(await library.directoryOf(study), path),

    'draft.fields': listFields,
    'draft.check': checkDraft,
    'draft.edit': editDraft,
    'draft.estimate': estimateDraft,
    'draft.inspectData': async ({ thumbnailsPerClass, ...draft }, { signal }) => {
      const { baseDir } = draft;
      const { data, seed } = await imagesOf(draft);
      if (data === undefined) throw new InputError('no-data', 'The study has no data section, so there are no images to look at.');
      return inspectData(data, { baseDir, thumbnailsPerClass, size: thumbnailPixels, seed, signal });
    },
    'draft.probe': (input, context) => perform<'draft.probe'>(supervisor, { kind: 'probe', ...input }, 'Estimating the time', context),

    'results.rows': async ({ study, rows }) => (await evaluations.table(study)).rows(rows),
    'results.coordinates': async ({ study, rows }) => {
      const dimensions = await (await evaluations.table(study)).coordinates(rows);
      return { dimensions: dimensions.map(({ name, title, values, column }) => ({ name, title, values: [...values], column })) };
    },

    'jobs.list': () => jobs.list(),
    'jobs.start': async ({ study }) => {
      await startRun(study);
      return {};
    },
    'jobs.pause': async ({ study }) => {
      supervisor.pause(await jobIdOf(study));
      return {};
    },
    'jobs.unpause': async ({ study }) => {
      supervisor.unpause(await jobIdOf(study));
      return {};
    },
    'jobs.stop': async ({ study }) => {
      supervisor.stop(await jobIdOf(study));
      return {};
    },

    'spaces.list': () => listSpaces(),
    'architectures.describe': async (input) => {
      const known = input.study === undefined ? undefined : await devicesOfStudy(await library.directoryOf(input.study));
      return describeArchitecture(input, (name) => known?.get(name)?.() ?? namedDevice(name, [library.folder]));
    },
    'architectures.export': async ({ study, arch, out, batch, precision, quantisation }, context) => {
      const directory = await library.directoryOf(study);
      return perform<'architectures.export'>(supervisor, { kind: 'export', directory, arch, out: resolve(directory, out), batch, precision, quantisation }, `Exporting ${out}`, context);
    },
    'architectures.handOff': async ({ study, arch, out }, context) => {
      const directory = await library.directoryOf(study);
      return perform<'architectures.handOff'>(supervisor, { kind: 'handoff', directory, arch, out: resolve(directory, out) }, `Handing over ${out}`, context);
    },

    'measured.get': async ({ study }) => measuredOf(await library.directoryOf(study)),
    'measured.start': async ({ study, device, count }) => {
      const { directory, name } = await library.row(study);
      supervisor.start({ kind: 'measure-best', directory, device, count }, { title: `${name}: the best on ${device}` });
      return {};
    },
    'measured.stop': async ({ study, device }) => {
      supervisor.stop(measuringJobId(resolve(await library.directoryOf(study)), device));
      return {};
    },

    'devices.list': () => describeDevices(library.folder),
    'devices.get': ({ device }) => describeDevice(device),
    'devices.refit': async ({ device }, context) => {
      const refit = await perform<'devices.refit'>(supervisor, { kind: 'refit', model: resolve(device) }, 'Refitting a device model', context);
      return { ...refit, studies: await studiesWith(await library.list(), resolve(device)) };
    },
    'devices.takeRefit': ({ device, hash, replaces }, context) =>
      perform<'devices.takeRefit'>(supervisor, { kind: 'refit', model: resolve(device), take: { hash, replaces } }, 'Refitting a device model', context),

    'calibrations.list': () => calibrations(),
    'calibrations.create': async (input) => {
      const directory = await makeCalibration(library.folder, input);
      supervisor.start({ kind: 'calibrate', directory }, { title: input.title });
      return { calibration: basename(directory) };
    },
    'calibrations.start': async ({ calibration, only }) => {
      const directory = calibrationDirectory(library.folder, calibration);
      const { title } = await readCalibration(directory);
      supervisor.start({ kind: 'calibrate', directory, only }, { title });
      return {};
    },
    'calibrations.extend': async ({ calibration, part }) => {
      const directory = calibrationDirectory(library.folder, calibration);
      await extendCalibration(directory, part);
      supervisor.start({ kind: 'calibrate', directory }, { title: (await readCalibration(directory)).title });
      return {};
    },
    'calibrations.pause': ({ calibration }) => {
      supervisor.pause(calibrationDirectory(library.folder, calibration));
      return {};
    },
    'calibrations.unpause': ({ calibration }) => {
      supervisor.unpause(calibrationDirectory(library.folder, calibration));
      return {};
    },
    'calibrations.stop': ({ calibration }) => {
      supervisor.stop(calibrationDirectory(library.folder, calibration));
      return {};
    },
    'calibrations.delete': async ({ calibration }) => {
      const directory = calibrationDirectory(library.folder, calibration);
      await deleteCalibration(directory);
      supervisor.forget(directory);
      return {};
    },
    'calibrations.estimate': estimateCalibration,

    'trainings.list': () => trainings(),
    'trainings.get': async ({ training }) => {
      const directory = ofTraining(training);
      return trainingDetail((await trainings()).find((row) => resolve(row.directory) === directory)!);
    },
    'trainings.templates': () => templatesView(trainingTemplates),
    'trainings.create': async ({ start, ...draft }) => {
      const directory = await newTraining(library.folder, draft);
      if (start) await startTraining(directory);
      return { training: basename(directory) };
    },
    'trainings.estimate': estimateTrainingDraft,
    'trainings.wrongImages': ({ training, most }) => wrongImages(ofTraining(training), most),
    'trainings.start': async ({ training }) => {
      await startTraining(ofTraining(training));
      return {};
    },
    'trainings.pause': ({ training }) => {
      supervisor.pause(ofTraining(training));
      return {};
    },
    'trainings.unpause': ({ training }) => {
      supervisor.unpause(ofTraining(training));
      return {};
    },
    'trainings.stop': ({ training }) => {
      supervisor.stop(ofTraining(training));
      return {};
    },

    'transfers.list': () => transfers(),
    'transfers.get': async ({ transfer }) => transferDetail(await transferRowOf(transfer)),
    'transfers.templates': () => templatesView(transferTemplates),
    'transfers.create': async ({ start, ...draft }) => {
      const transfer = basename(await newTransfer(library.folder, draft));
      if (start) await startTransfer(transfer);
      return { transfer };
    },
    'transfers.estimate': estimateTransferDraft,
    'transfers.start': async ({ transfer }) => {
      await startTransfer(transfer);
      return {};
    },
    'transfers.pause': ({ transfer }) => {
      supervisor.pause(ofTransfer(transfer));
      return {};
    },
    'transfers.unpause': ({ transfer }) => {
      supervisor.unpause(ofTransfer(transfer));
      return {};
    },
    'transfers.stop': ({ transfer }) => {
      supervisor.stop(ofTransfer(transfer));
      return {};
    },

    'archives.pack': async ({ of, ...input }, context) => packArchive(await directoryOf(of), input, library.folder, context),
    'archives.open': ({ path }, context) => changing(openArchive(path, library.folder, context)),
    'archives.relink': async ({ of, path }, context) => changing(relinkImages(await directoryOf(of), path, context)),

    'measuring.start': (input) => {
      const { task, title } = measuringTask(input);
      return { session: supervisor.start(task, { title }).id };
    },
    'measuring.pause': ({ session }) => {
      supervisor.pause(resolve(session));
      return {};
    },
    'measuring.unpause': ({ session }) => {
      supervisor.unpause(resolve(session));
      return {};
    },
    'measuring.stop': ({ session }) => {
      supervisor.stop(resolve(session));
      return {};
    },
    'measuring.phones': () => listPhones(),

    'proxies.list': () => listProxies(),
    'correlation.compute': (input, context) => perform<'correlation.compute'>(
      supervisor, correlationTask(input, { path: settings.path, settings: settingsView(settings.settings) }), 'Comparing scores with accuracies', context,
    ),
  };

  const sources: Sources = {
    studies: studies.open,
    jobs: jobs.openJobs,
    log: async ({ study }, context) => jobs.openLog(await library.directoryOf(study), context),
    'study.events': async ({ study }, context) => followEvents(studyPaths(await library.directoryOf(study)).events, context),
    trainings: trainingsSource(trainings, sequence),
    'training.events': ({ training }, context) => followEvents(trainingPaths(ofTraining(training)).events, context),
    transfers: transfersSource(transfers, sequence),
    'transfer.events': ({ transfer, run }, context) => followEvents(trainingPaths(runDirectory(ofTransfer(transfer), run)).events, context),
    calibrations: calibrationsSource(calibrations, sequence),
    'measuring.session': ({ session }, context) => followSession(session, { supervisor, sequence }, context),
    'study.evaluations': ({ study }, context) => evaluations.follow(study, context),
  };

  return {
    api: new ApiServer(handlers, sources, options.onDefect),
    jobs: supervisor, library, libraryFolder: library.folder,
    close: () => supervisor.closeAll(),
  };
}

/** Does something that takes a while in a process of its own, reporting how far it is. */
async function perform<M extends 'draft.probe' | 'devices.refit' | 'devices.takeRefit' | 'architectures.export' | 'architectures.handOff' | 'correlation.compute'>(
  supervisor: JobSupervisor, task: ShortTask, title: string, { signal, progress }: RequestContext<M>,
): Promise<OutputOf<M>> {
  const report = progress as (payload: { fraction: number; words: string }) => void;
  const result = await supervisor.perform(task, {
    signal, title,
    onChange: ({ words, progress: done }) => report({ fraction: done && done.total > 0 ? Math.min(1, done.done / done.total) : 0, words }),
  });
  return result as OutputOf<M>;
}

function settingsView({ recentStudies: _, ...view }: WorkbenchSettingsFile['settings']): WorkbenchSettings {
  return view;
}
