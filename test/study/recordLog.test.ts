import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { appendRecord, readRecords } from '../../core/study/recordLog.ts';
import { scratchFolder } from './scratch.ts';

const folder = scratchFolder();
const schema = z.object({ step: z.int(), note: z.string() });

describe('a list of records', () => {
  it('is empty while there is no file, and holds what was appended', async () => {
    const path = join(folder, 'new', 'records.ndjson');
    expect(await readRecords(path, schema)).toEqual({ records: [], endByte: 0 });
    let end = await appendRecord(path, { step: 1, note: 'größer' }, 0);
    end = await appendRecord(path, { step: 2, note: 'x' }, end);
    expect(await readRecords(path, schema)).toEqual({ records: [{ step: 1, note: 'größer' }, { step: 2, note: 'x' }], endByte: end });
    expect(readFileSync(path).length).toBe(end);
  });

  it('loses nothing but the line that a killed process had not finished', async () => {
    const path = join(folder, 'killed.ndjson');
    writeFileSync(path, '{"step":1,"note":"a"}\n{"step":2,"no');
    const { records, endByte } = await readRecords(path, schema);
    expect(records).toEqual([{ step: 1, note: 'a' }]);
    await appendRecord(path, { step: 2, note: 'b' }, endByte);
    expect(readFileSync(path, 'utf8')).toBe('{"step":1,"note":"a"}\n{"step":2,"note":"b"}\n');
  });

  it('names the line that is no record', async () => {
    const path = join(folder, 'damaged.ndjson');
    writeFileSync(path, '{"step":1,"note":"a"}\n{"step":"two"}\n{"step":3,"note":"c"}\n');
    await expect(readRecords(path, schema)).rejects.toThrow(/damaged\.ndjson:2: /);
  });
});
