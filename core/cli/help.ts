import { commonOptions } from './command.ts';
import type { Command } from './command.ts';
import { nameOf } from './options.ts';
import type { Option, Options } from './options.ts';

const lineLength = 100;

/** Help on one command, made from the same table that its command line is read with. */
export function commandHelp(command: Command): string {
  const all: Options = { ...command.options, ...commonOptions };
  const entries = Object.entries(all);
  const usage = ['pocketformer', command.name, ...entries.filter(([, { positional }]) => positional).map(synopsis),
    ...Object.entries(command.options).filter(([, { positional }]) => !positional).map(synopsis), '[--json]'].join(' ');
  return [
    `${command.summary}.`,
    ...(command.details === undefined ? [] : ['', ...command.details.split('\n').flatMap((line) => wrap(line, lineLength))]),
    '', 'Usage:', ...wrap(usage, lineLength - 2).map((line, i) => `  ${i === 0 ? '' : '    '}${line}`),
    ...(command.subcommands === undefined ? [] : ['', 'Further commands:',
      ...twoColumns(Object.values(command.subcommands).map(({ name, summary }) => [name, summary]))]),
    '', 'Options:', ...twoColumns(entries.map(([key, option]) => [term(key, option), option.help])),
    '', 'With --json:', ...wrap(command.json, lineLength - 2).map((line) => `  ${line}`),
    '', 'Examples:', ...command.examples.map((example) => `  ${example}`),
  ].join('\n');
}

/** Help on the program. */
export function programHelp(commands: readonly { name: string; summary: string }[]): string {
  return [
    'Pocketformer: design vision transformers that run fast on real phones.',
    '', 'Usage:', '  pocketformer <command> [options]',
    '', 'Commands:', ...twoColumns(commands.map(({ name, summary }) => [name, summary])),
    '', 'Options:', ...twoColumns([
      ['-h, --help', 'Show this help; after a command, help on that command'],
      ['-v, --version', 'Show the version'],
    ]),
    '', 'Examples:',
    '  pocketformer run examples/quickstart.yaml',
    '  pocketformer describe --space elasticvit --arch T1',
    '  pocketformer sample --help',
  ].join('\n');
}

function synopsis([key, option]: [string, Option<unknown>]): string {
  const name = nameOf(key, option);
  const whole = option.positional || option.kind === undefined ? name : `${name} ${option.kind.placeholder}`;
  return option.absent.required ? whole : `[${whole}]`;
}

function term(key: string, option: Option<unknown>): string {
  const name = nameOf(key, option);
  const whole = option.positional || option.kind === undefined ? name : `${name} ${option.kind.placeholder}`;
  return option.short ? `-${option.short}, ${whole}` : whole;
}

function twoColumns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.flatMap(([left, right]) => wrap(right, lineLength - width - 2)
    .map((line, i) => `  ${(i === 0 ? left : '').padEnd(width)}${line}`));
}

/** Breaks a text into lines at spaces. */
function wrap(text: string, length: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= length) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
