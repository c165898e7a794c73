import { describe, expect, it } from 'vitest';
import { isAbsolute, modelList } from '../../../renderer/screens/architecture/export/modelList.ts';

type Given = Parameters<typeof modelList>[0];
type Summary = NonNullable<Given['summary']>;
const own = (path: string, time: string | null): Summary['exported'][number] =>
  ({ path, time, devices: ['pixel6', 'pixel4'], id: 'aaaaaaaa', key: 'a', sizeBytes: 2_000_000, precision: 'float32', accuracy: 0.408, relativeDiff: 1e-6 });
const asked = (path: string, time: string, more: Partial<Given['exports'][number]> = {}): Given['exports'][number] =>
  ({ path, time, id: 'bbbbbbbb', key: 'b', sizeBytes: 1_000_000, relativeDiff: 2e-6, batch: 'dynamic', opset: 17, precision: 'float32', isMissing: false, ...more });
const given = (exported: Summary['exported'], exports: Given['exports']): Given =>
  ({ exports, summary: { exported, fronts: [], evaluations: 0, invalid: 0, warnings: [], extrapolated: {}, data: { classes: [], trainImages: 0, valImages: 0, imageSize: 32, linearAccuracy: 0, skipped: [] } } });

describe('the list of exported models', () => {
  it('has the newest first, and missing files of unknown time last', () => {
    const list = modelList(given([own('models/run.onnx', '2026-01-02T00:00:00.000Z'), own('models/gone.onnx', null)],
      [asked('models/old.onnx', '2026-01-01T00:00:00.000Z'), asked('/tmp/new.onnx', '2026-01-03T00:00:00.000Z', { isMissing: true })]));
    expect(list.map(({ path, isMissing, isInside }) => [path, isMissing, isInside])).toEqual([
      ['/tmp/new.onnx', true, false], ['models/run.onnx', false, true], ['models/old.onnx', false, true], ['models/gone.onnx', true, true],
    ]);
  });

  it('lists a file that was written again once, as it is now', () => {
    const list = modelList(given([own('models/a.onnx', '2026-01-05T00:00:00.000Z')],
      [asked('models/a.onnx', '2026-01-04T00:00:00.000Z'), asked('models/a.onnx', '2026-01-05T00:00:00.000Z', { batch: 1 })]));
    expect(list).toMatchObject([{ path: 'models/a.onnx', id: 'bbbbbbbb', facts: expect.stringMatching(/1 image per run, exported 2026-01-05$/) as string }]);
  });

  it('says what each is good for', () => {
    const [run] = modelList(given([own('models/run.onnx', '2026-01-02T00:00:00.000Z')], []));
    expect(run.facts).toMatch(/^40\.8 %, .*, for pixel6, pixel4$/);
    expect(modelList({ summary: null, exports: [] })).toEqual([]);
  });

  it('knows absolute paths of any system', () => {
    expect(['/a', 'C:\\a', 'c:/a', '\\\\server\\a'].map(isAbsolute)).toEqual([true, true, true, true]);
    expect(['models/a.onnx', 'a', '..hidden'].map(isAbsolute)).toEqual([false, false, false]);
  });
});
