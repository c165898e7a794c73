import { readFile, stat } from 'node:fs/promises';
import { InputError, messageOf } from '../base/errors.ts';
import { parseJsonText } from './jsonText.ts';
import type { SearchSpace } from './space.ts';

/** An architecture is a few hundred bytes; a larger file is something else. */
const MAX_FILE_BYTES = 1 << 20;

/**
 * What a person means by `--arch`: a network of the space by name, a JSON object, or the path of a file of either.
 * @throws InputError `unknown-architecture`, `invalid-json`, `invalid-architecture`, `missing-file`, `unreadable-file`
 */
export async function findArchitecture<A>(space: SearchSpace<A>, input: string): Promise<A> {
  const text = input.trim();
  if (isName(space, text) || looksLikeJson(text)) return readArchitecture(space, text);
  const noted = space.parseText?.(text);
  if (noted !== undefined) return noted;
  if (!(await exists(text))) {
    if (/[/\\]|\.json$/i.test(text)) {
      throw new InputError('missing-file', `Cannot read the architecture: there is no file ${text}.`);
    }
    throw unknownArchitecture(space, text);
  }
  return readArchitecture(space, await readSmallFile(text), text);
}

/**
 * Reads a name or a JSON object.
 * @param source the file the text is from, for messages
 * @throws InputError `unknown-architecture`, `invalid-json`, `invalid-architecture`
 */
export function readArchitecture<A>(space: SearchSpace<A>, text: string, source?: string): A {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (isName(space, trimmed)) return space.networks[trimmed];
  const noted = space.parseText?.(trimmed);
  if (noted !== undefined) return noted;
  if (!looksLikeJson(trimmed)) throw unknownArchitecture(space, trimmed);
  const json = parseJsonText(trimmed, source ?? 'The architecture');
  try {
    return space.parse(json);
  } catch (error) {
    if (!(error instanceof InputError) || source === undefined) throw error;
    throw new InputError(error.code, `${source}: ${error.message}`, { cause: error, details: error.details });
  }
}

const isName = (space: SearchSpace, text: string) => Object.hasOwn(space.networks, text);
const looksLikeJson = (text: string) => /^[{["]/.test(text);

function unknownArchitecture(space: SearchSpace, text: string): InputError {
  const shown = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  return new InputError('unknown-architecture', `"${shown}" is no architecture of ${space.id}. Accepted are a name `
    + `(${Object.keys(space.networks).join(', ')}), a JSON object, or the path of a file that holds one of them.`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

async function readSmallFile(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) {
      throw new InputError('unreadable-file', `${path} is too large for an architecture (${size} bytes).`);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('unreadable-file', `Cannot read the architecture from ${path}: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}
