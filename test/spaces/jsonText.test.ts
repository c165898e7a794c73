import { describe, expect, it } from 'vitest';
import { parseJsonText } from '../../core/spaces/jsonText.ts';

describe('reading JSON text', () => {
  it('reads what JSON.parse reads', () => {
    const text = ' {"a": [1, -2.5e3, "x\\u00e9\\n", true, null, {}, []]}\n';
    expect(parseJsonText(text, 'text')).toEqual(JSON.parse(text));
  });

  // Columns counted by hand.
  it.each([
    ['', 1, 1, 'a value'],
    ['{', 1, 2, 'a field name or "}"'],
    ['{"a": x}', 1, 7, 'a value'],
    ['{"a" 1}', 1, 6, '":"'],
    ['{"a": 1,}', 1, 9, 'a field name'],
    ['{"a": 1 "b": 2}', 1, 9, '"," or "}"'],
    ["{'a': 1}", 1, 2, 'a field name or "}"'],
    ['[1, 2,, 3]', 1, 7, 'a value'],
    ['[1 2]', 1, 4, '"," or "]"'],
    ['[1}', 1, 3, '"," or "]"'],
    ['{"a": 1]', 1, 8, '"," or "}"'],
    ['[01]', 1, 3, '"," or "]"'],
    ['{"a": 1}\n}', 2, 1, 'nothing more'],
    ['{\n  "a": "unclosed\n}', 2, 8, 'a value'],
    ['[\n\n  tru]', 3, 3, 'a value or "]"'],
  ])('says where %j stops being JSON', (text, line, column, expected) => {
    expect(() => parseJsonText(text, 'f.json')).toThrow(
      `f.json is not valid JSON: at line ${line}, column ${column}, expected ${expected}.`,
    );
  });

  it('is not troubled by depth', () => {
    expect(() => parseJsonText('['.repeat(100_000), 'deep')).toThrow(/column 100001, expected a value/);
  });
});
