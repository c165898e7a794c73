import { parseArgs } from 'node:util';
import { InputError } from '../base/errors.ts';
import { commonOptions } from './command.ts';
import type { Command } from './command.ts';
import { longName, nameOf } from './options.ts';
import type { Kind, Option, Options } from './options.ts';
import { nearest } from './suggest.ts';

export interface ParsedCommandLine {
  readonly values: Readonly<Record<string, unknown>>;
  readonly common: { readonly json: boolean; readonly quiet: boolean; readonly help: boolean };
}

/**
 * Reads what follows a command's name.
 * @throws InputError `usage`: one line with what was wrong and what is accepted
 */
export function parseCommandLine(command: Command, args: readonly string[]): ParsedCommandLine {
  const options: Options = { ...command.options, ...commonOptions };
  const named = Object.entries(options).filter(([, option]) => !option.positional);
  const given = new Map<string, Given>();
  let list: string[] | undefined;
  const positionals: string[] = [];
  for (const token of tokensOf(named, args)) {
    if (token.kind === 'positional') (list ?? positionals).push(token.value);
    if (token.kind !== 'option') continue;
    list = undefined;
    const entry = named.find(([key, { short }]) => longName(key).slice(2) === token.name || short === token.name);
    if (entry === undefined) throw unknownOption(command, token.rawName, named.map(([key]) => longName(key)));
    const [key, option] = entry;
    const value = valueOf(command, longName(key), option, token);
    if (option.isList) {
      const earlier = given.get(key);
      given.set(key, list = [...Array.isArray(earlier) ? earlier : [], String(value)]);
      continue;
    }
    if (given.has(key)) throw usage(command, `${longName(key)} is given twice`);
    given.set(key, value);
  }
  const common = {
    json: given.has('json'), quiet: given.has('quiet'), help: given.has('help'),
  };
  if (common.help) return { values: {}, common };

  for (const [key, option] of Object.entries(options).filter(([, each]) => each.positional)) {
    const value = positionals.shift();
    if (value !== undefined) given.set(key, value);
    else if (option.absent.required) throw missing(command, key, option);
  }
  if (positionals.length > 0) throw unexpected(command, positionals[0], options);
  return { values: readValues(command, given), common };
}

function tokensOf(named: readonly [string, Option<unknown>][], args: readonly string[]) {
  const options = Object.fromEntries(named.map(([key, { kind, short }]) =>
    [longName(key).slice(2), { type: kind === undefined ? 'boolean' : 'string', ...(short && { short }) } as const]));
  return parseArgs({ args: [...args], options, strict: false, tokens: true, allowPositionals: true }).tokens;
}

function valueOf(
  command: Command, name: string, { kind }: Option<unknown>, token: { value?: string; inlineValue?: boolean },
): string | true {
  if (kind === undefined) {
    if (token.value !== undefined) throw usage(command, `${name} takes no value, got "${token.value}"`);
    return true;
  }
  // "--arch --json" lacks a value; "--count -3" has one, if a bad one.
  const isOption = token.inlineValue !== true && /^-[^\d.]/.test(token.value ?? '');
  if (token.value === undefined || isOption) throw usage(command, `${name} lacks its value; expected ${kind.expected}`);
  return token.value;
}

/** The text of an option, the texts of a list, or true for a flag. */
type Given = string | readonly string[] | true;

function readValues(command: Command, given: ReadonlyMap<string, Given>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(command.options).map(([key, option]) => {
    const value = given.get(key);
    if (value === undefined) {
      if (option.absent.required) throw missing(command, key, option);
      return [key, option.absent.value];
    }
    if (value === true) return [key, true];
    const readOne = (text: string) => read(command, nameOf(key, option), option.kind!, text);
    return [key, typeof value === 'string' ? readOne(value) : value.map(readOne)];
  }));
}

function read(command: Command, name: string, kind: Kind<unknown>, value: string): unknown {
  let result: unknown;
  try {
    result = kind.read(value);
  } catch (error) {
    if (error instanceof InputError) throw usage(command, `${name}: ${error.message}`);
    throw error;
  }
  if (result === undefined) throw usage(command, `${name}: expected ${kind.expected}, got ${shown(value)}`);
  return result;
}

function missing(command: Command, key: string, option: Option<unknown>): InputError {
  return usage(command, `${nameOf(key, option)} is missing; expected ${option.kind!.expected}`);
}

function unexpected(command: Command, value: string, options: Options): InputError {
  const further = Object.keys(command.subcommands ?? {});
  const meant = nearest(value, further);
  if (meant !== undefined) return usage(command, `there is no "${value}"; did you mean "${command.name} ${meant}"?`);
  const names = [...further, ...Object.entries(options).map(([key, option]) => nameOf(key, option))];
  return usage(command, `unexpected argument ${shown(value)}; accepted are ${names.join(', ')}`);
}

function unknownOption(command: Command, name: string, known: readonly string[]): InputError {
  const meant = nearest(name, known);
  return usage(command, `unknown option ${name}; ${meant ? `did you mean ${meant}?` : `accepted are ${known.join(', ')}`}`);
}

function usage(command: Command, problem: string): InputError {
  return new InputError('usage', `${command.name}: ${problem}${/[.?!]$/.test(problem) ? '' : '.'}`);
}

const shown = (value: string) => JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
