import { InputError } from '../base/errors.ts';

const TOKEN = /("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([{}[\],:])/y;
const SPACE = /[ \t\n\r]*/y;

type Expected = 'a value' | 'a value or "]"' | 'a field name' | 'a field name or "}"' | '":"' | '"," or "}"'
  | '"," or "]"' | 'nothing more';

/**
 * JSON.parse whose error says where: engines differ in whether and how they tell the position.
 * @param source what the text is, for the message ("arch.json", "The architecture")
 * @throws InputError `invalid-json` with line and column, counted from 1
 */
export function parseJsonText(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { offset, expected } = firstError(text);
    const before = text.slice(0, offset).split('\n');
    const place = `line ${before.length}, column ${before[before.length - 1].length + 1}`;
    throw new InputError('invalid-json', `${source} is not valid JSON: at ${place}, expected ${expected}.`, { cause });
  }
}

/** Where a text that is not JSON stops being the beginning of some JSON, and what could stand there. */
function firstError(text: string): { offset: number; expected: Expected } {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'a value';
  let offset = 0;
  const afterValue = (): Expected =>
    open.length === 0 ? 'nothing more' : open[open.length - 1] === '{' ? '"," or "}"' : '"," or "]"';
  for (;;) {
    SPACE.lastIndex = offset;
    offset += SPACE.exec(text)?.[0].length ?? 0;
    TOKEN.lastIndex = offset;
    const match = TOKEN.exec(text);
    if (match === null) return { offset, expected };
    const next = after(match[3] ?? (match[1] === undefined ? 'scalar' : 'string'));
    if (next === undefined) return { offset, expected };
    expected = next;
    offset = TOKEN.lastIndex;
  }

  /** What may follow a token, or undefined when the token itself may not stand here. */
  function after(token: string): Expected | undefined {
    const wantsValue = expected === 'a value' || expected === 'a value or "]"';
    const wantsName = expected === 'a field name' || expected === 'a field name or "}"';
    switch (token) {
      case 'string': return wantsValue ? afterValue() : wantsName ? '":"' : undefined;
      case 'scalar': return wantsValue ? afterValue() : undefined;
      case ':': return expected === '":"' ? 'a value' : undefined;
      case ',': return expected === '"," or "}"' ? 'a field name' : expected === '"," or "]"' ? 'a value' : undefined;
      case '{': case '[':
        if (!wantsValue) return undefined;
        open.push(token);
        return token === '{' ? 'a field name or "}"' : 'a value or "]"';
      default:
        if (!expected.endsWith(`"${token}"`)) return undefined;
        open.pop();
        return afterValue();
    }
  }
}
