import { isDeepStrictEqual } from 'node:util';
import { isCollection, isMap, isNode, isPair, isScalar, isSeq, parseDocument, stringify } from 'yaml';
import type { Document, Pair, ToStringOptions, YAMLMap, YAMLSeq } from 'yaml';
import { InputError } from '../../base/errors.ts';
import type { Path } from '../validationText.ts';

const format: ToStringOptions = { lineWidth: 0, flowCollectionPadding: false };

/**
 * Writes one setting into a YAML text. Comments and layout stay: where the text says so, only the value's own characters
 * or one new line are written; otherwise the text is set anew from its tree, which keeps comments too.
 * @param path settings on the way that are missing are made; a number counts list items, one past the last appends.
 * @param value plain data; undefined removes the setting.
 * @throws InputError `invalid-yaml` when the text cannot be read, or has a value where the path needs settings.
 */
export function setInYaml(text: string, path: Path, value: unknown): string {
  if (value === undefined) return removeFromYaml(text, path);
  if (path.length === 0) throw new InputError('invalid-yaml', 'A setting needs a name.');
  const document = parsed(text);
  const spliced = replacement(document, text, path, value) ?? insertion(document, text, path, value);
  setIn(document, path, value);
  return chosen(spliced ?? rewrittenBrackets(document, text, path), document, text);
}

/**
 * Takes one setting out of a YAML text, and settings around it that have nothing else left in them. Comments stay.
 * @throws InputError `invalid-yaml` when the text cannot be read.
 */
export function removeFromYaml(text: string, path: Path): string {
  const document = parsed(text);
  if (path.length === 0 || !document.hasIn(path)) return text;
  const whole = widest(document, path);
  const spliced = removal(document, text, whole);
  document.deleteIn(whole);
  return chosen(spliced ?? rewrittenBrackets(document, text, whole), document, text);
}

/** The spliced text if it says what it should, else the document written anew. */
function chosen(spliced: string | undefined, document: Document, text: string): string {
  if (spliced !== undefined) {
    const check = parseDocument(spliced);
    if (check.errors.length === 0 && isDeepStrictEqual(check.toJS(), document.toJS())) return spliced;
  }
  const indentSeq = !/^(\s*)[^\s#-][^\n]*:[ \t]*\n\1- /m.test(text);
  return document.toString({ ...format, indentSeq });
}

function parsed(text: string): Document {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw new InputError('invalid-yaml', `Not valid YAML: ${error.message.split('\n')[0]}`, { cause: error });
  return document;
}

function setIn(document: Document, path: Path, value: unknown): void {
  // `training:` with nothing behind it means no settings.
  for (let depth = 1; depth < path.length; depth++) {
    const outer = path.slice(0, depth);
    if (document.hasIn(outer) && document.getIn(outer) === null) document.setIn(outer, document.createNode({}));
  }
  try {
    document.setIn(path, document.createNode(value));
  } catch (error) {
    throw new InputError('invalid-yaml', `There is a value where settings are needed, on the way to ${path.join('.')}.`, { cause: error });
  }
}

/**
 * Another scalar in the place of one, or another list or mapping in the place of one that is written in brackets. A
 * list's scalar may become a mapping: a device gets a limit.
 */
function replacement(document: Document, text: string, path: Path, value: unknown): string | undefined {
  const node = document.getIn(path, true);
  const isInBrackets = isCollection(node) && node.flow === true;
  if (!isNode(node) || !node.range || !(isScalar(node) || isInBrackets)) return undefined;
  if (isScalar(node) && (node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL' || node.value === null)) return undefined;
  if (typeof value === 'object' && !isInBrackets && typeof path.at(-1) !== 'number') return undefined;
  const [from, to] = node.range;
  return text.slice(0, from) + inline(value) + text.slice(to);
}

/** The outermost list or mapping in brackets around a setting that was changed, written anew on its line. */
function rewrittenBrackets(document: Document, text: string, path: Path): string | undefined {
  for (let depth = 1; depth < path.length; depth++) {
    const node = document.getIn(path.slice(0, depth), true);
    if (!isCollection(node) || !node.flow || !node.range) continue;
    const [from, to] = node.range;
    // Comments between brackets would be lost.
    if (/[#\n]/.test(text.slice(from, to))) return undefined;
    return text.slice(0, from) + inline(node.toJS(document)) + text.slice(to);
  }
  return undefined;
}

/** A new line at the end of the settings, or of the list, that it belongs to. */
function insertion(document: Document, text: string, path: Path, value: unknown): string | undefined {
  if (document.hasIn(path)) return undefined;
  const depth = path.findIndex((_, i) => !document.hasIn(path.slice(0, i + 1)));
  const map = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
  const missing = path.slice(depth);
  if (isScalar(map) && map.value === null) return filling(document, text, path.slice(0, depth), nestedIn(missing, value));
  if (isSeq(map) && !map.flow && missing.length === 1 && missing[0] === map.items.length) return appended(map, text, value);
  if (!isMap(map) || map.flow || map.items.length === 0 || missing.some((part) => typeof part === 'number')) return undefined;
  const indent = indentOf(map, text);
  if (indent === undefined) return undefined;
  return withLines(text, lineEnd(text, endOf(map)), indent, nestedIn(missing, value));
}

function appended(list: YAMLSeq, text: string, value: unknown): string | undefined {
  const last = list.items[list.items.length - 1];
  const dash = isNode(last) && last.range ? dashBefore(text, last.range[0]) : undefined;
  return dash === undefined ? undefined : withLines(text, lineEnd(text, endOf(last)), dash.indent, [value]);
}

/** The beginning of a list item's line, and what stands before its dash; undefined when something else stands there. */
function dashBefore(text: string, offset: number): { start: number; indent: string } | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const indent = /^( *)- +$/.exec(text.slice(start, offset))?.[1];
  return indent === undefined ? undefined : { start, indent };
}

/** New lines below a setting that had nothing behind it. */
function filling(document: Document, text: string, path: Path, value: unknown): string | undefined {
  const map = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const key = isMap(map) ? map.items.find((pair) => isScalar(pair.key) && pair.key.value === path.at(-1))?.key : undefined;
  if (!isMap(map) || map.flow || !isNode(key) || !key.range) return undefined;
  const indent = indentOf(map, text);
  return indent === undefined ? undefined : withLines(text, lineEnd(text, key.range[1]), `${indent}  `, value);
}

const nestedIn = (path: Path, value: unknown) => path.reduceRight<unknown>((inner, part) => ({ [part]: inner }), value);

function withLines(text: string, offset: number, indent: string, value: unknown): string {
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = stringify(value, format).trimEnd().split('\n').map((line) => indent + line + ending);
  const before = text[offset - 1] === '\n' || offset === 0 ? '' : ending;
  return text.slice(0, offset) + before + lines.join('') + text.slice(offset);
}

function removal(document: Document, text: string, path: Path): string | undefined {
  const map = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isCollection(map) && map.items.length < 2) return undefined;
  if (isSeq(map) && !map.flow) {
    const item = map.items[Number(path.at(-1))];
    const dash = isNode(item) && item.range ? dashBefore(text, item.range[0]) : undefined;
    return dash && text.slice(0, dash.start) + text.slice(lineEnd(text, endOf(item)));
  }
  if (!isMap(map) || map.flow) return undefined;
  const pair = map.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)));
  if (!pair || !isNode(pair.key) || !pair.key.range) return undefined;
  const start = text.lastIndexOf('\n', pair.key.range[0] - 1) + 1;
  if (text.slice(start, pair.key.range[0]).trim() !== '') return undefined;
  return text.slice(0, start) + text.slice(lineEnd(text, endOf(pair)));
}

/** The outermost setting that holds nothing but the one to be removed. */
function widest(document: Document, path: Path): Path {
  let whole = path;
  while (whole.length > 1) {
    const outer = document.getIn(whole.slice(0, -1), true);
    if (!isMap(outer) || outer.items.length > 1) break;
    // An item of a list stays, even if empty: taking it out would move the others.
    if (typeof whole[whole.length - 2] === 'number') break;
    whole = whole.slice(0, -1);
  }
  return whole;
}

/** What stands before a block mapping's keys; undefined when its first key shares a line with something else. */
function indentOf(map: YAMLMap, text: string): string | undefined {
  const key = map.items[map.items.length - 1].key;
  if (!isNode(key) || !key.range) return undefined;
  const start = text.lastIndexOf('\n', key.range[0] - 1) + 1;
  const before = text.slice(start, key.range[0]);
  return /^ *$/.test(before) ? before : /^ *- +$/.test(before) ? ' '.repeat(before.length) : undefined;
}

/** Where a node's or pair's own text ends, without comments that follow it. */
function endOf(node: unknown): number {
  if (isPair(node)) return Math.max(endOf((node as Pair).key), endOf((node as Pair).value));
  if ((isMap(node) || isSeq(node)) && !node.flow && node.items.length > 0) return endOf(node.items[node.items.length - 1]);
  return isNode(node) && node.range ? node.range[1] : 0;
}

/** The beginning of the line after the one that holds the character before `offset`. */
function lineEnd(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end + 1;
}

/** A value on one line, as YAML. */
function inline(value: unknown): string {
  return stringify(value, { ...format, collectionStyle: 'flow', defaultStringType: 'PLAIN' }).trimEnd();
}
