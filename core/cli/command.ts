import type { ProgressOutput } from '../study/progressBar.ts';
import { flag } from './options.ts';
import type { Options, ValuesOf } from './options.ts';

/** What a command may do to the world around it. */
export interface Surroundings {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Writes a line to standard output, the place of results. */
  print(line: string): Promise<void>;
  /** Writes a line for people to standard error; nothing when quiet. */
  note(line: string): void;
  /** Where progress is shown. */
  readonly progress: ProgressOutput;
  /** Characters in a line of the terminal that results are shown on. */
  readonly columns: number;
  readStandardInput(): Promise<string>;
  /**
   * From now on, the first Ctrl-C or termination request aborts this signal, and a second one ends the process at once.
   * Until it is asked for, the first one ends the process.
   */
  stopSignal(): AbortSignal;
}

export interface Command<O extends Options = Options> {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** More, in paragraphs, for the command's own help. */
  readonly details?: string;
  /** What goes with --json to standard output. */
  readonly json: string;
  readonly options: O;
  readonly examples: readonly string[];
  /** Commands of their own that are called by this one's name and theirs. */
  readonly subcommands?: Readonly<Record<string, Command>>;
  run(values: ValuesOf<O>, surroundings: Surroundings): Promise<void>;
}

/** Lets the types of a command's values follow from its options. */
export const defineCommand = <O extends Options>(command: Command<O>): Command => command as unknown as Command;

/** Options that every command has. */
export const commonOptions = {
  json: flag('Print machine-readable JSON on standard output, and nothing else there'),
  quiet: flag('Show no progress and no notes on standard error'),
  help: flag('Show this help', 'h'),
} satisfies Options;
