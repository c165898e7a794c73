import { dirname } from 'node:path';
import { loadLatestCheckpoint, saveCheckpoint } from './checkpoints.ts';
import type { Checkpoint, LoadedCheckpoint } from './checkpoints.ts';
import { EventLog } from './events.ts';
import type { Phase } from './eventTypes.ts';
import { makeDirectory, writeFileAtomic } from './files.ts';
import type { FileContent } from './files.ts';
import type { StudyLock } from './lock.ts';
import { writeStudyInfo } from './studyInfo.ts';
import type { StudyInfo, StudyStatus } from './studyInfo.ts';

/** What every folder of a job has. */
export interface JobPaths {
  /** Says what it is and how it stands; without it a folder is none of a job. */
  readonly info: string;
  readonly events: string;
  readonly checkpoints: string;
}

/** What a job is and how it stands. */
export interface JobDescription<P extends JobPaths, S> {
  readonly directory: string;
  readonly paths: P;
  readonly info: StudyInfo;
  readonly settings: S;
}

/** A folder with a history and checkpoints, taken by this process: the only way to write to it. */
export class HeldFolder<P extends JobPaths, S> implements JobDescription<P, S> {
  readonly directory: string;
  readonly paths: P;
  readonly settings: S;
  readonly events: EventLog;
  /** What a person should do after a failed write. */
  protected readonly remedy: string;
  readonly #lock: StudyLock;
  #info: StudyInfo;
  #closed = false;

  constructor({ directory, paths, settings, info }: JobDescription<P, S>, lock: StudyLock) {
    this.directory = directory;
    this.paths = paths;
    this.settings = settings;
    this.remedy = `the last checkpoint is untouched. Free space and run "pocketformer resume ${directory}".`;
    this.#info = info;
    this.#lock = lock;
    this.events = new EventLog(paths.events, { remedy: this.remedy });
  }

  get info(): StudyInfo {
    return this.#info;
  }

  /** Records how the job stands, or what it is called. */
  async update(change: { status?: StudyStatus; engine?: string; name?: string }): Promise<void> {
    const info = { ...this.#info, ...change };
    await writeStudyInfo(this.paths.info, info, this.remedy);
    this.#info = info;
  }

  /** Saves a checkpoint after the events that led to it, and reports it as one more event. */
  async saveCheckpoint(checkpoint: Checkpoint): Promise<void> {
    this.events.flush();
    const eventSeq = this.events.lastSeq;
    const { name, sizeBytes } = await saveCheckpoint(this.paths.checkpoints, checkpoint, { eventSeq, remedy: this.remedy });
    const { phase, step } = checkpoint;
    this.events.append({ kind: 'checkpoint', phase, step, path: `checkpoints/${name}`, sizeBytes });
  }

  /** The newest usable checkpoint, of all or of one phase; undefined when there is none yet. */
  async loadLatestCheckpoint(options: { phase?: Phase } = {}): Promise<LoadedCheckpoint | undefined> {
    return loadLatestCheckpoint(this.paths.checkpoints, options);
  }

  /** Writes one file of the results as a whole. @param path one of `paths`, or below them */
  async writeFile(path: string, content: FileContent): Promise<void> {
    await makeDirectory(dirname(path), { remedy: this.remedy });
    await writeFileAtomic(path, content, { remedy: this.remedy });
  }

  /** Gives the folder free. Later calls do nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.events.close();
    this.#lock.release();
  }
}
