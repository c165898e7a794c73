import { InputError } from '../base/errors.ts';
import { findArchitecture, publishedName, readArchitecture } from '../spaces/index.ts';
import type { SearchSpace } from '../spaces/index.ts';
import { parseJsonText } from '../spaces/jsonText.ts';
import { readText } from '../study/textFile.ts';

/** How people recognise an architecture: its published name, or else its key. */
export function labelOf<A>(space: SearchSpace<A>, arch: A): { readonly name?: string; readonly text: string } {
  const name = publishedName(space, arch);
  return name === undefined ? { text: space.key(arch) } : { name, text: name };
}

/**
 * What `--archs` names: the architectures of a file or of standard input (`-`), or a single one as `--arch` takes it.
 * @throws InputError saying in which line or item of the input an architecture is wrong
 */
export async function findArchitectures<A>(
  space: SearchSpace<A>, input: string, readStandardInput: () => Promise<string>,
): Promise<A[]> {
  if (input === '-') return parseArchitectures(space, await readStandardInput(), 'standard input');
  if (Object.hasOwn(space.networks, input) || /^\s*[{[]/.test(input)) {
    return input.trimStart().startsWith('[') ? parseArchitectures(space, input, '--archs') : [await findArchitecture(space, input)];
  }
  let text: string;
  try {
    text = await readText(input);
  } catch (error) {
    // No such file: say what else it could have been.
    if (error instanceof InputError && error.code === 'missing-file') return [await findArchitecture(space, input)];
    throw error;
  }
  return parseArchitectures(space, text, input);
}

/**
 * Reads architectures from a JSON array of objects or names, from lines that each hold an object or a name, or from one
 * object over several lines. Empty lines do not count.
 * @param source what the text is from, for messages
 */
export function parseArchitectures<A>(space: SearchSpace<A>, text: string, source: string): A[] {
  const content = text.replace(/^\uFEFF/, '');
  const archs = content.trimStart().startsWith('[') ? fromArray(space, content, source) : fromLines(space, content, source);
  if (archs.length === 0) throw new InputError('no-architectures', `${source}: holds no architecture; expected at least one.`);
  return archs;
}

function fromArray<A>(space: SearchSpace<A>, text: string, source: string): A[] {
  const items = parseJsonText(text, source) as unknown[];
  return items.map((item, i) => readItem(space, item, `${source}: item ${i + 1}`));
}

function fromLines<A>(space: SearchSpace<A>, text: string, source: string): A[] {
  const lines = text.split(/\r?\n/).map((line, i) => ({ line, number: i + 1 })).filter(({ line }) => line.trim() !== '');
  // An object that is spread over lines begins with a line that is not JSON by itself.
  const isSpread = lines.length > 1 && /^\s*\{/.test(lines[0].line) && jsonOf(lines[0].line) === undefined;
  if (isSpread) return [readItem(space, parseJsonText(text, source), source)];
  return lines.map(({ line, number }) => {
    const place = `${source}:${number}`;
    if (!/^\s*[{["]/.test(line)) return readItem(space, line.trim(), place);
    // The empty lines before it are for the line number in the message.
    return readItem(space, jsonOf(line) ?? parseJsonText('\n'.repeat(number - 1) + line, source), place);
  });
}

/** @param item a name, or an architecture's JSON */
function readItem<A>(space: SearchSpace<A>, item: unknown, place: string): A {
  try {
    return typeof item === 'string' ? readArchitecture(space, item) : space.parse(item);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.code, `${place}: ${error.message}`, { cause: error, details: error.details });
  }
}

/** Undefined when the text is not JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
