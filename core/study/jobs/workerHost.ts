/**
 * Starts the processes that compute, one per job. Under plain Node they are child processes (nodeWorkerHost.ts); in the
 * desktop app only the main process may start them, and the host there asks it to.
 */
export interface WorkerHost {
  /** Starts a process that runs worker.ts and waits for its task. */
  start(options: WorkerOptions): WorkerProcess;
}

export interface WorkerOptions {
  /** What the process is for, as lists of processes show it. */
  readonly title: string;
}

export interface WorkerExit {
  /** Exit code; null when a signal ended the process. */
  readonly code: number | null;
  readonly signal: string | null;
}

/** One process that computes. Messages are plain data that structured cloning can copy. */
export interface WorkerProcess {
  /** Undefined until the process runs, or when it could not be started. */
  readonly pid: number | undefined;
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Lines that the process writes to its standard output or error, for the log. */
  onOutput(listener: (line: string, stream: 'stdout' | 'stderr') => void): void;
  /** Called once, also when the process could not be started. */
  onExit(listener: (exit: WorkerExit) => void): void;
  /** Ends the process at once, whatever it is doing. */
  kill(): void;
}
