import { describe, expect, it } from 'vitest';
import { parseManifest, requireModelsOf } from '../../../core/latency/measurements/manifest.ts';
import { parseMeasurements } from '../../../core/latency/measurements/parseMeasurements.ts';
import { byTarget, requireOneTarget } from '../../../core/latency/measurements/target.ts';
import { elasticVit } from '../../../core/spaces/elasticvit/space.ts';
import { example as template } from './example.ts';

const example = { ...template, of: { ...template.of, arch: elasticVit.networks.T1 } };
const other = { ...example, model: { ...example.model, name: 'other' } };
const lines = (...records: unknown[]) => `${records.map((record) => JSON.stringify(record)).join('\n')}\n`;
const reading = (...records: unknown[]) => () => parseMeasurements(lines(...records), 'phone.jsonl');

/** The example with one field, named by its path, replaced. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(example) as unknown as Record<string, unknown>;
  const steps = path.split('.');
  const owner = steps.slice(0, -1).reduce((at, step) => at[step] as Record<string, unknown>, copy);
  owner[steps.at(-1)!] = value;
  return copy;
}

describe('a file of measurements', () => {
  it('is read in order, with the place of each, whatever the line ends', () => {
    const text = lines(example, other).replaceAll('\n', '\r\n\r\n');
    expect(parseMeasurements(`\uFEFF${text}`, 'a')).toEqual([{ measurement: example, place: 'a:1' }, { measurement: other, place: 'a:3' }]);
  });

  it('is refused as cut off where its last line ends in the middle', () => {
    const text = lines(example, other);
    expect(() => parseMeasurements(text.slice(0, -200), 'phone.jsonl')).toThrow(/^phone\.jsonl:2: ends in the middle of a measurement/);
  });

  it.each([
    ['nothing', '', /holds no measurement/],
    ['text', 'latency,12\n', /^phone\.jsonl:1: is not JSON/],
    ['another kind of JSON', '{"latencyMs": 12}\n', /^phone\.jsonl:1: is no measurement; expected "format"/],
    ['a later version', lines({ ...example, version: 2 }), /made by a newer Pocketformer/],
    ['the same measurement twice', lines(example, other, example), /^phone\.jsonl:3: is the same measurement as phone\.jsonl:1/],
  ])('is refused when it holds %s', (_, text, reason) => {
    expect(() => parseMeasurements(text, 'phone.jsonl')).toThrow(reason);
  });

  it.each([
    ['timing.rounds.1.runsMs', [20.1, -20.2, 25], 'timing.rounds.1.runsMs.1'],
    ['timing.rounds.1.runsMs', [20.1, 0, 25], 'timing.rounds.1.runsMs.1'],
    ['timing.rounds.1.runsMs', [20.1, 1e9, 25], 'timing.rounds.1.runsMs.1'],
    ['timing.rounds.1.runsMs', [20.1, null, 25], 'timing.rounds.1.runsMs.1'],
    ['timing.rounds.1.runsMs', [], 'timing.rounds.1.runsMs'],
    ['timing.rounds', [], 'timing.rounds'],
    ['timing.rounds.0.before.temperatureC', 3150, 'timing.rounds.0.before.temperatureC'],
    ['target.threads', 0, 'target.threads'],
    ['target.device', '', 'target.device'],
    ['target.precision', 'fp32', 'target.precision'],
    ['model.sha256', 'AB'.repeat(32), 'model.sha256'],
    ['latencyMs', 25, 'latencyMs'],
    ['spread', 0, 'spread'],
    ['spread', null, 'spread'],
    ['measuredAt', 'yesterday', 'measuredAt'],
    ['of.space', 'unheard', 'of'],
    ['of.arch', { depth: 3 }, 'of'],
    ['blockTimes', { source: 'x', runs: 1, blocks: [{ name: 'stages.99', ms: 1 }], unattributedMs: 0 }, 'blockTimes.blocks'],
    ['comment', 'hello', 'the measurement'],
  ])('is refused when %s is %j, naming line and field', (path, value, field) => {
    expect(reading(other, changed(path, value))).toThrow(`phone.jsonl:2: ${field}:`);
  });

  it('may hold several devices, which are told apart and refused where one is expected', () => {
    const slower = changed('target.threads', 4);
    const placed = reading(example, other, slower)();
    expect(byTarget(placed).map((group) => group.map(({ place }) => place))).toEqual([['phone.jsonl:1', 'phone.jsonl:2'], ['phone.jsonl:3']]);
    expect(() => requireOneTarget(placed)).toThrow(/^phone\.jsonl:3: target\.threads is 4, but 1 in phone\.jsonl:1/);
    expect(requireOneTarget(placed.slice(0, 2))).toEqual(example.target);
  });

  it('does not pool builds of one runtime, nor a known and an unknown affinity', () => {
    expect(() => requireOneTarget(reading(example, changed('target.runtime.build', 'Maven'))())).toThrow('target.runtime.build');
    expect(() => requireOneTarget(reading(example, changed('target.affinity', undefined))())).toThrow('target.affinity is null, but [7]');
  });
});

describe('a calibration set', () => {
  const model = {
    ...example.model, file: 'models/t1.onnx', precision: 'float32', of: example.of,
    input: { ...example.model.input, file: 'input.f32' },
    output: { name: 'logits', shape: [1, 2], values: [1, 2], relativeTolerance: 1e-3 },
  };
  const manifest = (...models: unknown[]) => parseManifest(JSON.stringify({ format: 'pocketformer-calibration-set', version: 1, models }), 'manifest.json');

  it('refuses measurements of files that are not its own', () => {
    const placed = reading(example, changed('model.sha256', 'cd'.repeat(32)))();
    expect(() => requireModelsOf(manifest(model), placed.slice(0, 1))).not.toThrow();
    expect(() => requireModelsOf(manifest(model), placed)).toThrow(
      `phone.jsonl:2: model.sha256 is ${'cd'.repeat(32)}, which is no file of the calibration set; its "t1" is ${'ab'.repeat(32)}.`);
    expect(() => requireModelsOf(manifest(model), reading(changed('model.sha256', undefined))())).toThrow('model.sha256 is missing');
  });

  it('is refused with files outside its folder or with one name twice', () => {
    for (const file of ['../t1.onnx', '/etc/passwd', 'a/../../b', 'C:\\t1.onnx', '']) {
      expect(() => manifest({ ...model, file }), file).toThrow('models.0.file: expected the path of a file inside the folder');
    }
    expect(() => manifest(model, { ...model, file: 'second.onnx' })).toThrow('models.1.name: "t1" is there already');
  });
});
