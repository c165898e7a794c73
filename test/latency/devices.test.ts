import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InputError } from '../../core/base/errors.ts';
import { deviceModelSchema, parseDeviceModel } from '../../core/latency/deviceModel.ts';
import { listDevices, loadDevice } from '../../core/latency/devices.ts';

const folder = mkdtempSync(join(tmpdir(), 'device-models-'));

describe('shipped devices', () => {
  it('are the three published phones, each saying what it speaks for', () => {
    expect(listDevices().map(({ name }) => name)).toEqual(['pixel4', 'pixel6', 'xiaomi11']);
    for (const { name, title, runtime } of listDevices()) {
      const model = loadDevice(name);
      expect(model.name).toBe(name);
      expect(title).toBe(model.device.title);
      expect(runtime).toMatch(/TensorFlow Lite.*float32.*threads: 1/);
      expect(model.speaksFor.length).toBeGreaterThan(0);
      expect(model.measurements.licence).toBe('MIT');
    }
  });

  it('are small enough to hold coefficients but no table', () => {
    for (const { path } of listDevices()) expect(readFileSync(path).length).toBeLessThan(80_000);
  });

  it('come with the schema that reads them', () => {
    const path = join(import.meta.dirname, '../../latency-models/device-model.schema.json');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(z.toJSONSchema(deviceModelSchema, { io: 'input' }));
  });

  it('are told in the message when a name is unknown', () => {
    expect(() => loadDevice('pixel5')).toThrow(InputError);
    expect(() => loadDevice('pixel5')).toThrow(
      'No device model is called "pixel5" and no such file exists; expected pixel4, pixel6 or xiaomi11, ' +
      'or the path of a device model.');
  });
});

describe('a user\'s own device model', () => {
  const good = JSON.parse(readFileSync(listDevices()[0].path, 'utf8')) as Record<string, unknown>;
  const saved = (content: unknown) => {
    const path = join(folder, 'mine.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };

  it('is read from its file', () => {
    expect(loadDevice(saved({ ...good, name: 'my-phone' })).name).toBe('my-phone');
  });

  const broken: [what: string, content: unknown, message: RegExp][] = [
    ['is not JSON', '{"format": ', /mine\.json is not JSON/],
    ['is something else', { architectures: [] }, /mine\.json is not a device model: expected "format"/],
    ['comes from a newer version', { ...good, version: 3 }, /version 3, made by a newer Pocketformer; this one reads version 2/],
    ['lacks a part', { ...good, interval: undefined }, /not a valid device model: at interval: /],
    ['has a part too many', { ...good, speed: 3 }, /not a valid device model: at the top: .*"speed"/],
    ['has a negative cost', { ...good, fallback: { constant: -1 } }, /at fallback\.constant: /],
    ['names an unknown kind', { ...good, kinds: { pooling: {} } }, /at kinds/],
    ['has a misshapen tree', withTree(good, { feature: [0, 0], threshold: [1, 1], leaf: [0, 0, 0] }), /a tree of depth d/],
    ['has a tree on no feature', withTree(good, { feature: [99], threshold: [1], leaf: [0, 0] }), /not listed/],
  ];
  it.each(broken)('is refused in one line when it %s', (_what, content, message) => {
    const path = saved(content);
    expect(() => loadDevice(path)).toThrow(InputError);
    expect(() => loadDevice(path)).toThrow(message);
    try {
      loadDevice(path);
    } catch (error) {
      expect((error as Error).message).not.toContain('\n');
    }
  });

  it('is named in the message as the caller names it', () => {
    expect(() => parseDeviceModel('[]', 'the phone\'s answer')).toThrow(/^the phone's answer is not a device model/);
  });
});

function withTree(model: Record<string, unknown>, tree: object): unknown {
  const kinds = structuredClone(model.kinds) as Record<string, { correction?: { trees: object[] } }>;
  kinds.ffn.correction?.trees.push(tree);
  return { ...model, kinds };
}
