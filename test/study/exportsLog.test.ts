import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pathInStudy, readExports, recordExport } from '../../core/study/exportsLog.ts';
import type { ExportRecord } from '../../core/study/exportsLog.ts';
import { scratchFolder } from './scratch.ts';

const scratch = scratchFolder();
let files = 0;
const newPath = () => join(scratch, `study ${files++}`, 'results', 'exports.ndjson');
const record = (path: string): ExportRecord => ({
  time: '2026-01-02T03:04:05.000Z', path, id: '0e7ff949', key: 'k', sizeBytes: 1000, relativeDiff: 1e-6, batch: 'dynamic', opset: 17, precision: 'float16',
});

describe("a study's list of exports", () => {
  it('is empty before the first, and makes its own folder', async () => {
    const path = newPath();
    expect(await readExports(path)).toEqual([]);
    await recordExport(path, record('models/a.onnx'));
    await recordExport(path, { ...record('/elsewhere/b.onnx'), batch: 4 });
    expect(await readExports(path)).toEqual([record('models/a.onnx'), { ...record('/elsewhere/b.onnx'), batch: 4 }]);
  });

  it('leaves out a last line that is not finished, and keeps the next one whole', async () => {
    const path = newPath();
    await recordExport(path, record('a.onnx'));
    appendFileSync(path, JSON.stringify(record('b.onnx')));
    expect((await readExports(path)).map((one) => one.path)).toEqual(['a.onnx']);
    appendFileSync(path, '\n{"time":"20');
    await recordExport(path, record('c.onnx'));
    expect((await readExports(path)).map((one) => one.path)).toEqual(['a.onnx', 'b.onnx', 'c.onnx']);
  });

  it('takes records of several writers at once, each as one whole line', async () => {
    const path = newPath();
    const names = Array.from({ length: 20 }, (_, i) => `${i}.onnx`);
    await Promise.all(names.map((name) => recordExport(path, record(name))));
    expect((await readExports(path)).map((one) => one.path).sort()).toEqual([...names].sort());
    expect(readFileSync(path, 'utf8').split('\n').filter(Boolean)).toHaveLength(20);
  });

  it('reads lists from before there was more than one precision', async () => {
    const path = newPath();
    await recordExport(path, record('a.onnx'));
    const { precision, ...older } = record('b.onnx');
    appendFileSync(path, `${JSON.stringify(older)}\n`);
    expect((await readExports(path)).map((one) => one.precision)).toEqual([precision, 'float32']);
  });

  it("names files inside the study's folder from there, and others in full", () => {
    expect(pathInStudy(scratch, join(scratch, 'models', 'a.onnx'))).toBe('models/a.onnx');
    expect(pathInStudy(scratch, join(scratch, '..', 'b.onnx'))).toBe(join(scratch, '..', 'b.onnx'));
    expect(pathInStudy(scratch, join(scratch, '..hidden.onnx'))).toBe('..hidden.onnx');
  });
});
