import { InputError } from '../base/errors.ts';
import type { Command, Surroundings } from './command.ts';
import { commandNames, loadCommand, loadCommands } from './commands/index.ts';
import { describeFailure } from './failure.ts';
import { commandHelp, programHelp } from './help.ts';
import type { Io } from './io.ts';
import { parseCommandLine } from './parse.ts';
import { nearest } from './suggest.ts';

/**
 * The command line. Results go to standard output, everything else to standard error.
 * @param args what follows the program's name
 * @returns the exit code: 0 success, 2 wrong usage or input, 1 anything else
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(args, io);
  } catch (error) {
    const { exitCode, text } = describeFailure(error);
    if (text !== '') io.errors.write(`pocketformer: ${text}\n`);
    return exitCode;
  } finally {
    if (process.env.POCKETFORMER_TRACE === 'fallbacks') {
      const { fallbackLines } = await import('./trace.ts');
      io.errors.write(`${fallbackLines().join('\n')}\n`);
    }
  }
}

async function dispatch(args: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = args;
  switch (first) {
    case undefined:
      io.errors.write(`${programHelp(await loadCommands())}\n`);
      return 2;
    case '--version':
    case '-v':
      await io.print(`${(await import('../study/studyInfo.ts')).pocketformerVersion()}\n`);
      return 0;
    case 'help':
    case '--help':
    case '-h':
      await io.print(`${rest.length > 0 ? commandHelp((await commandOf(rest)).command) : programHelp(await loadCommands())}\n`);
      return 0;
  }
  const { command, own } = await commandOf(args);
  const { values, common } = parseCommandLine(command, own);
  if (common.help) await io.print(`${commandHelp(command)}\n`);
  else await command.run(values, surroundingsOf(io, common));
  return 0;
}

/** The command that the arguments name, and those that are its own. */
async function commandOf([name, ...own]: readonly string[]): Promise<{ command: Command; own: readonly string[] }> {
  if (!commandNames.includes(name)) throw unknownCommand(name);
  const command = await loadCommand(name);
  const { subcommands = {} } = command;
  return own.length > 0 && Object.hasOwn(subcommands, own[0]) ? { command: subcommands[own[0]], own: own.slice(1) } : { command, own };
}

function unknownCommand(name: string): InputError {
  if (name.startsWith('-')) {
    return new InputError('usage', `expected a command first, got "${name}"; the commands are ${commandNames.join(', ')}.`);
  }
  const meant = nearest(name, commandNames);
  return new InputError('usage', meant === undefined
    ? `there is no command "${name}"; the commands are ${commandNames.join(', ')}.`
    : `there is no command "${name}"; did you mean "${meant}"?`);
}

function surroundingsOf(io: Io, { json, quiet }: { json: boolean; quiet: boolean }): Surroundings {
  const note = (line: string) => {
    if (!quiet) io.errors.write(`${line}\n`);
  };
  let stop: AbortController | undefined;
  return {
    json, quiet, note,
    print: (line) => io.print(`${line}\n`),
    progress: io.errors,
    columns: io.columns || 120,
    readStandardInput: () => io.readStandardInput(),
    stopSignal: () => {
      if (stop === undefined) {
        const controller = stop = new AbortController();
        io.onStopRequest(() => {
          if (controller.signal.aborted) io.exit(1);
          note('\nStopping at the next safe point. Press Ctrl-C again to stop at once.');
          controller.abort();
        });
      }
      return stop.signal;
    },
  };
}
