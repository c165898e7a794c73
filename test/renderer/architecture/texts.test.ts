import { describe, expect, it } from 'vitest';
import { blockLook, blockTitle, shapeText, shortChoices } from '../../../renderer/screens/architecture/blockText.ts';
import { architectureCommands, fileStem } from '../../../renderer/screens/architecture/commands.ts';
import { fileNameProblem, joinedPath, modelName, pathWithin, scientific, verdictText, verificationText } from '../../../renderer/screens/architecture/export/exportText.ts';
import { accuracyObjective } from '../../../renderer/format/index.ts';
import { pickerOptions } from '../../../renderer/screens/architecture/pickerOptions.ts';
import { frontArchitectures, neighbourOnFront, readReference } from '../../../renderer/screens/architecture/reference.ts';

const choice = (name: string, value: string) => ({ name, value });

describe('blocks in words', () => {
  it('say in short what the field says', () => {
    const block = { type: 'mbconv', choices: [choice('kernel', '5x5'), choice('stride', '2'), choice('expansion', '4'), choice('squeeze-excitation', '48')] };
    expect(shortChoices(block)).toEqual(['5×5', '↓2', 'e4', 'SE']);
    expect(blockTitle(block)).toBe('MBConv 5×5');
    expect(shortChoices({ choices: [choice('stride', '1'), choice('class token', 'yes'), choice('dilation', '2')] })).toEqual(['class token', 'dilation 2']);
    expect(shortChoices({ choices: [choice('heads', '4'), choice('head width', '8'), choice('windows', '2x2')] })).toEqual(['4 heads', '2×2 win']);
    expect(shortChoices({ choices: [choice('pooling', 'mean of tokens'), choice('features', '256'), choice('norm', 'yes')] })).toEqual(['mean', '256 feat.', 'norm']);
  });

  it('say in short where patches are cut and what a head reads', () => {
    const embedding = [choice('patch', '16x16'), choice('stride', '8'), choice('class token', 'yes'), choice('positions', 'learned')];
    expect(shortChoices({ choices: embedding })).toEqual(['16×16', '↓8', 'class token', 'positions learned']);
    expect(blockTitle({ type: 'depthwisePool', choices: [choice('kernel', '3x3'), choice('stride', '2')] })).toBe('Pool 3×3');
    expect(shortChoices({ choices: [choice('pooling', 'class token'), choice('norm', 'yes')] })).toEqual(['class token', 'norm']);
    expect(shortChoices({ choices: [choice('pooling', 'mean of tokens')] })).toEqual(['mean']);
  });

  it('keep the name of a type that the drawing does not know', () => {
    expect(blockLook('mixer')).toEqual({ label: 'mixer', short: 'mixer', tone: 7 });
  });

  it('tell maps, tokens and values apart', () => {
    expect(shapeText({ channels: 40, height: 56, width: 56 })).toBe('56×56, 40 channels');
    expect(shapeText({ channels: 192, height: 14, width: 14, extraTokens: 1 })).toBe('14×14 + 1 token, 192 channels');
    expect(shapeText({ channels: 1000, height: 1, width: 1 })).toBe('1000 values');
  });
});

describe('commands', () => {
  const json = '{"resolution":128,"stem":{"width":16}}';
  const subject = { space: 'elasticvit', name: null, json, devices: ['pixel6'], platform: 'linux', study: null };

  it('name a published network, and quote JSON as one word of the shell', () => {
    expect(architectureCommands({ ...subject, name: 'T1' }).describe).toBe('pocketformer describe --space elasticvit --arch T1');
    expect(architectureCommands(subject).predict).toBe(`pocketformer predict --space elasticvit --device pixel6 --archs '${json}'`);
  });

  it('export untrained weights without a study, and the trained ones of a study', () => {
    expect(architectureCommands({ ...subject, name: 'T1' }).export).toBe('pocketformer export --space elasticvit --arch T1 --seed 1 --out T1.onnx');
    const study = { directory: "/data/Ann's runs/a", modelPath: "/data/Ann's runs/a/models/x.onnx" };
    expect(architectureCommands({ ...subject, name: 'T1', study }).export)
      .toBe("pocketformer export --study '/data/Ann'\\''s runs/a' --arch T1 --out '/data/Ann'\\''s runs/a/models/x.onnx'");
  });

  it('hand networks over beside the models of their study', () => {
    expect(architectureCommands({ ...subject, name: 'T1' }).handoff).toBe('pocketformer handoff --space elasticvit --arch T1 --seed 1 --out T1-pytorch');
    const study = { directory: '/runs/a', modelPath: '/runs/a/models/x.onnx' };
    expect(architectureCommands({ ...subject, name: 'T1', study }).handoff).toBe('pocketformer handoff --study /runs/a --arch T1 --out /runs/a/models/x-pytorch');
  });

  it('escape double quotes on Windows', () => {
    expect(architectureCommands({ ...subject, json: '{"a":1}', platform: 'win32' }).describe)
      .toBe('pocketformer describe --space elasticvit --arch "{\\"a\\":1}"');
  });

  it('make file names that every system takes', () => {
    expect([fileStem('T1 against S2, elasticvit'), fileStem('..'), fileStem('a/b:c')]).toEqual(['T1-against-S2-elasticvit', 'architecture', 'a-b-c']);
  });
});

describe('an export', () => {
  it('is judged in words by the difference relative to the logits', () => {
    expect(verificationText(2.1e-7)).toMatchObject({ isGood: true, text: expect.stringContaining('2.1 × 10⁻⁷') });
    expect(verificationText(3e-3).isGood).toBe(true);
    expect(verificationText(0.2)).toMatchObject({ isGood: false, text: expect.stringContaining('check') });
    expect([scientific(0), scientific(1.5), scientific(0.00123)]).toEqual(['0', '1.5', '1.2 × 10⁻³']);
  });

  it('tells of other precisions what they cost, which a difference of logits does not say', () => {
    const accuracy = { images: 2000, float32: 0.465, written: 0.464, agreement: 0.97 };
    const verdict = verdictText({ precision: 'int8', relativeDiff: 0.04, accuracy });
    expect(verdict).toMatchObject({ isGood: true, text: expect.stringContaining('46.4 % of 2000 validation images right, 46.5 % in float32; 97.0 % of the answers') });
    expect(verdictText({ precision: 'int8', relativeDiff: 0.04, accuracy: { ...accuracy, written: 0.3 } }).isGood).toBe(false);
    expect(verdictText({ precision: 'float16', relativeDiff: 1e-3 })).toMatchObject({ isGood: true, text: expect.stringContaining('Rounded to float16') });
    expect(verdictText({ precision: 'float32', relativeDiff: 0.2 }).isGood).toBe(false);
    expect([modelName('0e7ff949', 'float32'), modelName('0e7ff949', 'int8')]).toEqual(['0e7ff949.onnx', '0e7ff949.int8.onnx']);
  });

  it('has a path with the separators of its folder', () => {
    expect(joinedPath('/a/b', 'c.onnx')).toBe('/a/b/c.onnx');
    expect(joinedPath('C:\\runs\\', 'c.onnx')).toBe('C:\\runs\\c.onnx');
    expect(pathWithin('/a/b', '/a/b/models/c.onnx')).toBe('models/c.onnx');
    expect(pathWithin('/a/b', '/a/bc/c.onnx')).toBeNull();
    expect(pathWithin('C:\\runs\\q', 'C:\\runs\\q\\models\\c.onnx')).toBe('models/c.onnx');
  });

  it('takes only names that can be files', () => {
    expect(fileNameProblem('9bfe2198.onnx')).toBeNull();
    for (const name of ['', '.onnx', 'a/b.onnx', 'a?.onnx', 'model']) expect(fileNameProblem(name)).not.toBeNull();
  });
});

describe('what can be picked', () => {
  const entry = (id: string, latencyMs: number, value: number) => ({ id, key: id, arch: { id }, value, latencyMs, lowMs: latencyMs, highMs: latencyMs, macs: 1e6 });
  const front = (device: string, entries: ReturnType<typeof entry>[]) => ({ device, front: entries, hypervolume: 0, referencePoint: { latencyMs: 9, value: 0 }, progress: [] });
  const known = frontArchitectures([front('a', [entry('11111111', 3, 0.6), entry('22222222', 1, 0.4)]), front('b', [entry('11111111', 8, 0.6)])]);

  it('has each architecture of the fronts once, the fastest first', () => {
    expect(known.map(({ id, latencyMs }) => [id, latencyMs])).toEqual([['22222222', { a: 1 }], ['11111111', { a: 3, b: 8 }]]);
  });

  it('leads from each to the next slower one', () => {
    expect(neighbourOnFront(known, '22222222', 1)?.id).toBe('11111111');
    expect(neighbourOnFront(known, '11111111', 1)).toBeNull();
    expect(neighbourOnFront(known, 'elsewhere', 1)?.id).toBe('22222222');
    expect(neighbourOnFront([], null, -1)).toBeNull();
  });

  it('reads ids, rows, names and JSON', () => {
    expect(readReference('11111111', known)).toMatchObject({ kind: 'known', known: { id: '11111111' } });
    expect(readReference('deadbeef', known)).toEqual({ kind: 'id', id: 'deadbeef' });
    expect(readReference('row:120', known)).toEqual({ kind: 'row', row: 120 });
    expect(readReference('T1', known)).toEqual({ kind: 'text', text: 'T1' });
    expect(readReference('{"a":1}', known)).toEqual({ kind: 'text', text: '{"a":1}' });
  });

  it('lists what is shown even where it is neither on a front nor published', () => {
    const options = pickerOptions({
      objective: accuracyObjective, fronts: known, networks: ['T1'], pinned: [], current: { reference: 'row:3', label: 'deadbeef' }, deviceTitle: (device) => `Device ${device}`,
    });
    expect(options.map(({ value }) => value)).toEqual(['row:3', '22222222', '11111111', 'T1']);
    expect(options[1].hint).toBe('40.0 %, 1.00 ms Device a, 1.00 M');
  });
});
