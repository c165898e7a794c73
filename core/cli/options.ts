import { oneOf } from '../base/errors.ts';
import { parseRange } from './amounts.ts';
import type { AmountRange } from './amounts.ts';

/** How the text of an option or argument becomes a value. */
export interface Kind<T> {
  /** Stands for the value in help: "N", "FILE". */
  readonly placeholder: string;
  /** Completes "expected ...". */
  readonly expected: string;
  /** Undefined when the text is not acceptable. @throws InputError where more can be said than "expected ...". */
  read(text: string): T | undefined;
}

/** One option or argument of a command: what parsing, checking and help know about it. */
export interface Option<T> {
  /** None for a flag, which takes no value. */
  readonly kind?: Kind<T>;
  readonly help: string;
  /** The value when it is not given; `required` ones have none. */
  readonly absent: { readonly required: true } | { readonly required: false; readonly value: T };
  /** An argument: given by its place, not by its name. */
  readonly positional?: boolean;
  readonly short?: string;
  /** May be given several times, or with several values one after the other; its value is a list. */
  readonly isList?: boolean;
}

/** By name in camel case; on the command line `maxMs` is `--max-ms`. */
export type Options = Readonly<Record<string, Option<unknown>>>;
export type ValuesOf<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

export function required<T>(kind: Kind<T>, help: string): Option<T> {
  return { kind, help, absent: { required: true } };
}

export function optional<T>(kind: Kind<T>, help: string): Option<T | undefined> {
  return { kind, help, absent: { required: false, value: undefined } };
}

export function withDefault<T>(kind: Kind<T>, value: T, help: string): Option<T> {
  return { kind, help: `${help} (default ${String(value)})`, absent: { required: false, value } };
}

export function flag(help: string, short?: string): Option<boolean> {
  return { help, short, absent: { required: false, value: false } };
}

/** A required option of one value or more. */
export function listOf<T>(kind: Kind<T>, help: string): Option<readonly T[]> {
  return { ...required(kind as Kind<unknown> as Kind<readonly T[]>, help), isList: true };
}

export function argument<T>(kind: Kind<T>, help: string): Option<T> {
  return { ...required(kind, help), positional: true };
}

export function text(placeholder: string, expected: string): Kind<string> {
  return { placeholder, expected, read: (value) => (value.trim() === '' ? undefined : value) };
}

export function wholeNumber(placeholder: string, min: number, max = Number.MAX_SAFE_INTEGER): Kind<number> {
  const upTo = max === Number.MAX_SAFE_INTEGER ? '' : ` and at most ${max.toLocaleString('en-US')}`;
  return {
    placeholder, expected: `a whole number of at least ${min}${upTo}`,
    read: (value) => {
      const number = /^\d+$/.test(value) ? Number(value) : NaN;
      return number >= min && number <= max ? number : undefined;
    },
  };
}

export function positiveNumber(placeholder: string, unit: string): Kind<number> {
  return {
    placeholder, expected: `a number of ${unit} above 0`,
    read: (value) => {
      const number = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) ? Number(value) : NaN;
      return number > 0 && Number.isFinite(number) ? number : undefined;
    },
  };
}

export const amountRange: Kind<AmountRange> = {
  placeholder: 'MIN:MAX',
  expected: 'a range such as 100M:200M, 100e6:1.5G, :200M or 100M:',
  read: parseRange,
};

export function oneOfChoices<T extends string>(placeholder: string, choices: readonly T[]): Kind<T> {
  return { placeholder, expected: oneOf(choices), read: (value) => choices.find((choice) => choice === value) };
}

/** "--max-ms" for `maxMs`; "STUDY.yaml" for an argument. */
export function nameOf(key: string, option: Option<unknown>): string {
  return option.positional ? option.kind!.placeholder : longName(key);
}

export const longName = (key: string) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
