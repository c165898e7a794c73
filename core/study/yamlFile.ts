import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { InputError } from '../base/errors.ts';
import type { Path } from './validationText.ts';

/** A YAML text whose settings know their line. */
export interface YamlFile {
  readonly value: unknown;
  /** Line, from 1, of a setting or, when it is not there, of the settings around it. */
  lineOf(path: Path): number;
}

/**
 * @param path name of the file, for messages.
 * @throws InputError `invalid-yaml`, with the line.
 */
export function parseYaml(text: string, path: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) {
    const reason = problem.message.split('\n')[0].trim();
    throw new InputError('invalid-yaml', `${path}:${lines.linePos(problem.pos[0]).line}: not valid YAML: ${withStop(reason)}`);
  }
  return { value: toValue(document, path), lineOf: (setting) => lines.linePos(offsetOf(document, setting)).line };
}

function toValue(document: Document, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // Only aliases without anchor, or ones that would expand to a huge text, are found this late.
    throw new InputError('invalid-yaml', `${path}: not valid YAML: its aliases cannot be resolved.`, { cause: error });
  }
}

function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? node.range?.[0] ?? 0 : 0;
  for (const part of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part)) : undefined;
    const entry = isSeq(node) ? node.items[Number(part)] : undefined;
    const place = pair?.key ?? entry;
    if (!isNode(place)) return offset;
    offset = place.range?.[0] ?? offset;
    node = pair ? pair.value : entry;
  }
  return offset;
}

const withStop = (sentence: string) => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`);
