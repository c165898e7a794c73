import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listDevices } from '../../../core/latency/devices.ts';
import type { SessionEntry } from '../../../core/latency/protocol/entries.ts';
import { calibrationPaths, calibrationSchema, type CalibrationInput } from '../../../core/study/devices/calibrationFile.ts';
import { devicesFolder } from '../../../core/study/devices/deviceFolders.ts';
import { FakeDevice, runFake, sha, startOf } from '../../latency/protocol/fakeDevice.ts';

const phone: Omit<CalibrationInput, 'title' | 'created'> = {
  space: 'elasticvit-mini', classes: 10, parts: [{ networks: 6, probes: 2 }],
  source: { kind: 'measure', on: { way: 'adb', serial: '9A1AY1', runner: '/tools/onnxruntime_perf_test' }, threads: 1 },
};
const models = ['network-1', 'network-2', 'network-3', 'network-4', 'network-5', 'network-6', 'block-1', 'block-2'];

/** Folders of devices whose sessions nobody measured: one interrupted, with drift, warmth and a failure, and one finished with a model. */
export async function writeMadeUpDevices(library: string): Promise<void> {
  await writeDevice(library, 'interrupted-phone', 'Interrupted phone', 30);
  const done = await writeDevice(library, 'finished-phone', 'Finished phone');
  const [{ path }] = listDevices();
  const published = JSON.parse(readFileSync(path, 'utf8')) as { measurements: object };
  const measurements = { ...published.measurements, networks: 6, blocks: 1 };
  writeFileSync(calibrationPaths(done).model, JSON.stringify({ ...published, measurements, name: 'finished-phone', device: { title: 'Finished phone' } }));
}

/** @param keptEntries of its session; all by default. @returns its folder */
async function writeDevice(library: string, name: string, title: string, keptEntries = Infinity): Promise<string> {
  const directory = join(devicesFolder(library), name);
  const paths = calibrationPaths(directory);
  for (const folder of [paths.set(1), paths.session(1)]) mkdirSync(folder, { recursive: true });
  writeFileSync(paths.file, JSON.stringify(calibrationSchema.parse({ ...phone, title, created: '2026-11-01T00:00:00Z' })));
  writeFileSync(join(paths.set(1), 'manifest.json'), JSON.stringify({ format: 'pocketformer-calibration-set', version: 1, models: models.map(manifestModel) }));
  const start = startOf(models, { coolDownSeconds: 60 });
  const entries: SessionEntry[] = [];
  await runFake(device(), start, entries);
  writeFileSync(join(paths.session(1), 'session.jsonl'), [start, ...entries].slice(0, keptEntries).map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  return directory;
}

/** Warms up slowly, is slow once, has one model whose rounds disagree and one that it cannot run. */
const device = () => new FakeDevice((name, count, { asked }) => {
  if (name === 'block-2') return { fault: { code: 'model-refused' } };
  const temperatureC = Number((31 + 0.2 * asked.length).toFixed(1));
  if (name === 'reference') return { temperatureC, slowness: count === 3 ? 1.12 : 1 + 0.01 * Math.sin(count) };
  return { temperatureC, slowness: name === 'network-2' && count === 1 ? 1.08 : 1 };
});

const manifestModel = (name: string) => ({
  name, file: `${name}.onnx`, sha256: sha(name), precision: 'float32', of: { kind: 'unknown' }, input: { name: 'images', shape: [1, 3, 32, 32], file: 'input.f32' },
  output: { name: 'logits', shape: [1, 10], values: [0], relativeTolerance: 0.001 },
});
