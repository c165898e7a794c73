import { InputError } from '../../../base/errors.ts';

/** The environment's variable with an address, for such as hold a password: neither lists of processes nor study files show it. */
export const addressVariable = 'POCKETFORMER_QUEUE';
/** Stands for the variable wherever an address is asked for. */
export const fromEnvironment = 'environment';

export const addressExpected = `redis://HOST:PORT or rediss://HOST:PORT (TLS), with /NUMBER for another database than 0, or "${fromEnvironment}" for what ${addressVariable} holds`;

/** Where a Redis is. */
export interface QueueAddress {
  /** With everything secret: for connecting, never to be shown. */
  readonly url: string;
  /** Without user and password: for people. */
  readonly shown: string;
}

/**
 * @param environment of the process
 * @throws InputError `invalid-queue`, which repeats nothing that could hold a password
 */
export function readAddress(text: string, environment: Readonly<Record<string, string | undefined>> = process.env): QueueAddress {
  if (text !== fromEnvironment) return parsed(text, 'The address of the queue');
  const set = environment[addressVariable];
  if (set === undefined || set === '') throw new InputError('invalid-queue', `The queue is to be found in ${addressVariable}, which is not set; expected there: redis://USER:PASSWORD@HOST:PORT.`);
  return parsed(set, addressVariable);
}

/** Whether an address may stand in a file: it is one, and holds nothing secret. */
export function isPublicAddress(text: string): boolean {
  if (text === fromEnvironment) return true;
  const url = urlOf(text);
  return url !== undefined && url.username === '' && url.password === '';
}

function parsed(text: string, what: string): QueueAddress {
  const url = urlOf(text);
  if (!url) throw new InputError('invalid-queue', `${what} is not one; expected ${addressExpected}.`);
  return { url: url.href, shown: `${url.protocol}//${url.hostname}:${url.port || 6379}${url.pathname.replace(/\/$/, '')}` };
}

function urlOf(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isWhole = ['redis:', 'rediss:'].includes(url.protocol) && url.hostname !== '' && /^(\/\d*)?$/.test(url.pathname) && url.search === '' && url.hash === '';
  return isWhole ? url : undefined;
}
