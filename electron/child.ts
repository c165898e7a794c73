import type { UtilityProcess } from 'electron';
import { lineSplitter } from './lines.ts';

/** A process that the main process has started, as supervision sees it; tests put plain Node children in its place. */
export interface Child {
  /** Undefined until it runs. */
  readonly pid: number | undefined;
  post(message: unknown, ports?: readonly unknown[]): void;
  kill(): void;
  onStarted(listener: () => void): void;
  onMessage(listener: (message: unknown) => void): void;
  onOutput(listener: (line: string, stream: 'stdout' | 'stderr') => void): void;
  /** Called once. */
  onExit(listener: (code: number | null, signal: string | null) => void): void;
}

export interface ChildOptions {
  /** As lists of processes show it; unique while the process lives. */
  readonly title: string;
}

/** Starts one of the program's scripts in a process of its own. */
export type StartChild = (options: ChildOptions) => Child;

type Forked = Pick<UtilityProcess, 'pid' | 'kill' | 'stdout' | 'stderr'> & {
  postMessage(message: unknown, transfer?: Electron.MessagePortMain[]): void;
  on(event: 'spawn', listener: () => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
};

/** A utility process as a child. */
export function utilityChild(forked: Forked): Child {
  return {
    get pid() {
      return forked.pid;
    },
    post: (message, ports = []) => forked.postMessage(message, ports as Electron.MessagePortMain[]),
    kill: () => void forked.kill(),
    onStarted: (listener) => void forked.on('spawn', listener),
    onMessage: (listener) => void forked.on('message', listener),
    onOutput(listener) {
      for (const stream of ['stdout', 'stderr'] as const) {
        const split = lineSplitter((line) => listener(line, stream));
        forked[stream]?.on('data', (data: Buffer) => split.push(data));
        forked[stream]?.on('end', () => split.end());
      }
    },
    onExit: (listener) => void forked.on('exit', (code) => listener(code, null)),
  };
}

/**
 * The environment of a process: without what steers Electron, Node or the libraries' loader, which belongs to the person's
 * other programs and would reach into ours.
 */
export function childEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const unwanted = /^(ELECTRON_|NODE_OPTIONS$|NODE_PATH$|NODE_EXTRA_CA_CERTS$|VSCODE_|CHROME_|LD_PRELOAD$|DYLD_INSERT_LIBRARIES$)/i;
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && !unwanted.test(entry[0])));
}
