import { hasEnded, endWords, progressWords } from './job.ts';
import type { Job, JobFailure, JobState } from './job.ts';
import { JobLog } from './jobLog.ts';
import { reportSchema } from './messages.ts';
import type { JobTask, WorkerRequest } from './messages.ts';
import type { WorkerExit, WorkerHost, WorkerProcess } from './workerHost.ts';

export interface SupervisedJobOptions {
  readonly id: string;
  readonly task: JobTask;
  readonly title: string;
  readonly host: WorkerHost;
  readonly graceMs: number;
  readonly logLines: number;
  /** Of an earlier job of the same study. */
  readonly log?: JobLog;
  readonly onChange: (ended: boolean) => void;
}

type Outcome = Pick<Job, 'state' | 'result' | 'failure'>;

const lastLines = 10;

/** One job from the queue to its end, with its process. */
export class SupervisedJob {
  readonly log: JobLog;
  readonly whenEnded: Promise<Job>;
  readonly #options: SupervisedJobOptions;
  readonly #resolveEnded: (job: Job) => void;
  readonly #output: string[] = [];
  #job: Job;
  #process: WorkerProcess | undefined;
  #outcome: Outcome | undefined;
  /** Asked for, though the process may not have come to it yet. */
  #isPaused = false;
  #graceTimer: NodeJS.Timeout | undefined;
  #wasKilled = false;

  constructor(options: SupervisedJobOptions) {
    const { id, task, title, logLines } = options;
    this.#options = options;
    this.log = options.log ?? new JobLog(logLines);
    let resolveEnded!: (job: Job) => void;
    this.whenEnded = new Promise((resolve) => { resolveEnded = resolve; });
    this.#resolveEnded = resolveEnded;
    this.#job = { id, task, title, state: 'queued', words: 'Waiting for other jobs', queued: new Date().toISOString() };
  }

  get job(): Job {
    return this.#job;
  }

  begin(): void {
    const { host, title, task } = this.#options;
    const child = host.start({ title: `Pocketformer: ${title}` });
    this.#process = child;
    this.#change({ state: 'starting', words: 'Starting', started: new Date().toISOString(), pid: child.pid });
    child.onOutput((line, stream) => {
      if (line.trim() === '') return;
      this.#output.push(line);
      if (this.#output.length > lastLines) this.#output.shift();
      this.log.append(stream === 'stderr' ? 'warning' : 'info', line);
      this.#options.onChange(false);
    });
    child.onMessage((message) => this.#receive(message, task));
    child.onExit((exit) => this.#exited(exit));
  }

  pause(): void {
    if (!['starting', 'running'].includes(this.#job.state)) return;
    this.#isPaused = true;
    this.#post({ type: 'pause' });
    this.#change({ words: 'Pausing at the next safe point' });
  }

  unpause(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#post({ type: 'unpause' });
    this.#change({ words: this.#words('Going on') });
  }

  stop(): void {
    const { state } = this.#job;
    if (hasEnded(this.#job) || state === 'stopping') return;
    if (!this.#process) return this.#end({ state: 'stopped' });
    this.#change({ state: 'stopping', words: 'Stopping at the next safe point' });
    this.#post({ type: 'stop' });
    this.#graceTimer = setTimeout(() => {
      this.#wasKilled = true;
      this.#process!.kill();
    }, this.#options.graceMs);
  }

  #receive(message: unknown, task: JobTask): void {
    const report = reportSchema.parse(message);
    switch (report.type) {
      case 'ready':
        // What was asked for meanwhile was posted when nobody listened yet.
        this.#post({ type: 'task', task });
        if (this.#job.state === 'stopping') return this.#post({ type: 'stop' });
        if (this.#isPaused) this.#post({ type: 'pause' });
        return this.#change({ state: 'running', pid: this.#process!.pid });
      case 'progress':
        return this.#change({
          progress: report.progress,
          ...(this.#job.state === 'running' && !this.#isPaused ? { words: progressWords(report.progress) } : {}),
        });
      case 'paused':
        if (this.#job.state === 'stopping') return;
        return this.#change(report.paused
          ? { state: 'paused', words: `Paused. ${this.#words('')}`.trim() } : { state: 'running', words: this.#words('Going on') });
      case 'page':
        return this.#change({ page: report.page, ...(report.page.isOpened || this.#isPaused ? {} : { words: 'Waiting for a phone to open the page' }) });
      case 'log':
        this.log.append(report.level, report.text, report.time);
        return this.#options.onChange(false);
      case 'done':
        return this.#settle({ state: 'done', result: report.result });
      case 'failed': {
        const { code, message: text, details } = report;
        return this.#settle({ state: 'failed', failure: { code, message: text, details } });
      }
      case 'stopped':
        return this.#settle({ state: 'stopped' });
    }
  }

  /** The job ends with its process, so that whoever waits for it finds the study free. */
  #settle(outcome: Outcome): void {
    this.#outcome = outcome;
    this.#post({ type: 'close' });
    clearTimeout(this.#graceTimer);
    this.#graceTimer = setTimeout(() => this.#process!.kill(), this.#options.graceMs);
  }

  #exited(exit: WorkerExit): void {
    if (this.#outcome) return this.#end(this.#outcome);
    if (this.#wasKilled) {
      const seconds = Math.round(this.#options.graceMs / 1000);
      this.log.append('warning', `The job did not stop within ${seconds} seconds and was ended.${resumeHint(this.#options.task)}`);
      return this.#end({ state: 'stopped' });
    }
    this.#end({ state: 'crashed', failure: crash(exit, this.#options.task, this.#output) });
  }

  #end(outcome: Outcome): void {
    clearTimeout(this.#graceTimer);
    const { failure, state } = outcome;
    if (failure) this.log.append('error', failure.message);
    this.#job = {
      ...this.#job, ...outcome, page: undefined, words: failure && state === 'failed' ? failure.message : endWords(state, this.#options.task),
      ended: new Date().toISOString(),
    };
    this.#resolveEnded(this.#job);
    this.#options.onChange(true);
  }

  #change(change: Partial<Job> & { state?: JobState }): void {
    this.#job = { ...this.#job, ...change };
    this.#options.onChange(false);
  }

  #words(otherwise: string): string {
    return this.#job.progress ? progressWords(this.#job.progress) : otherwise;
  }

  #post(request: WorkerRequest): void {
    this.#process?.post(request);
  }
}

const resumeHint = ({ kind }: JobTask) => {
  if (kind === 'run') return ' The study can be resumed from its last checkpoint.';
  if (kind === 'train') return ' The training can be resumed from its last checkpoint.';
  if (kind === 'transfer') return ' The transfer can be resumed from the last checkpoint of its training.';
  return kind === 'measure' || kind === 'measure-best' || kind === 'calibrate' ? ' What was measured before is kept, and it can go on.' : '';
};

function crash({ code, signal }: WorkerExit, task: JobTask, output: readonly string[]): JobFailure {
  const how = signal !== null ? `was ended by ${signal}` : code !== null ? `ended with code ${code}` : 'could not be started';
  const reason = signal === 'SIGKILL' ? ', as the system does when memory runs out' : '';
  return {
    code: 'crashed', message: `The process of this job ${how}${reason}.${resumeHint(task)}`,
    details: { exitCode: code, signal, output: [...output] },
  };
}
