import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { removeFromYaml, setInYaml } from '../../../core/study/library/editYaml.ts';

const text = `# about the study
version: 1
name: tiny     # its name

data:
  kind: synthetic
  trainImages:   6000   # many
devices: [pixel4,  pixel6]
training:
    steps: 500
    # how fast
    learningRate: 0.003

# the end
`;

describe('setting a value in YAML', () => {
  it('changes the value and not one other character', () => {
    expect(setInYaml(text, ['data', 'trainImages'], 8000)).toBe(text.replace('6000', '8000'));
    expect(setInYaml(text, ['name'], 'two words')).toBe(text.replace('tiny', 'two words'));
    expect(setInYaml(text, ['training', 'learningRate'], 1e-5)).toBe(text.replace('0.003', '0.00001'));
    expect(setInYaml(text, ['devices', 1], 'xiaomi11')).toBe(text.replace('pixel6', 'xiaomi11'));
  });

  it('adds a setting after the last one beside it, as far in', () => {
    expect(setInYaml(text, ['training', 'batchSize'], 32))
      .toBe(text.replace('learningRate: 0.003\n', 'learningRate: 0.003\n    batchSize: 32\n'));
    expect(setInYaml(text, ['data', 'difficulty'], 0.25)).toBe(text.replace('# many\n', '# many\n  difficulty: 0.25\n'));
  });

  it('adds the settings around it when they are missing', () => {
    const changed = setInYaml(text, ['search', 'mutation', 'depth'], 0.3);
    expect(changed).toBe(text.replace('0.003\n', '0.003\nsearch:\n  mutation:\n    depth: 0.3\n'));
  });

  it('fills settings that were empty', () => {
    const changed = setInYaml('version: 1\n# see below\ntraining:\n#  steps: 5\n', ['training', 'steps'], 7);
    expect(changed).toBe('version: 1\n# see below\ntraining:\n  steps: 7\n#  steps: 5\n');
  });

  it('writes text that YAML would read as something else in quotes', () => {
    for (const value of ['yes', 'true', '12', 'a: b', '# no', '', 'null', '- x', 'ä ö']) {
      expect(parse(setInYaml(text, ['name'], value)).name, value).toBe(value);
    }
  });

  it('turns a device into settings of its own, and lists into other lists', () => {
    const changed = setInYaml('devices:\n  - pixel4 # old\n  - pixel6\n', ['devices', 0], { name: 'pixel4', maxMs: 5 });
    expect(parse(changed)).toEqual({ devices: [{ name: 'pixel4', maxMs: 5 }, 'pixel6'] });
    expect(parse(setInYaml(text, ['devices'], ['xiaomi11'])).devices).toEqual(['xiaomi11']);
    expect(parse(setInYaml(changed, ['devices', 0, 'maxMs'], 6)).devices[0]).toEqual({ name: 'pixel4', maxMs: 6 });
    expect(parse(setInYaml(changed, ['devices', 2], 'xiaomi11')).devices[2]).toBe('xiaomi11');
  });

  it('edits lists of devices without touching the lines beside them', () => {
    const list = 'devices:\n  - pixel4\n  - pixel6   # good\nname: a   # last\n';
    expect(setInYaml(list, ['devices', 2], 'xiaomi11')).toBe(list.replace('# good\n', '# good\n  - xiaomi11\n'));
    expect(setInYaml(list, ['devices', 1], { name: 'pixel6', maxMs: 5 })).toBe(list.replace('- pixel6', '- {name: pixel6, maxMs: 5}'));
    expect(removeFromYaml(list, ['devices', 0])).toBe(list.replace('  - pixel4\n', ''));
    const limits = 'devices: [{name: pixel4, maxMs: 5}, pixel6]   # both\nname: a   # last\n';
    expect(setInYaml(limits, ['devices', 0, 'budgetsMs'], [1, 2])).toBe(limits.replace('5}', '5, budgetsMs: [1, 2]}'));
    expect(removeFromYaml(limits, ['devices', 0, 'maxMs'])).toBe(limits.replace(', maxMs: 5', ''));
    expect(setInYaml(limits, ['devices', 2], 'xiaomi11')).toBe(limits.replace('pixel6]', 'pixel6, xiaomi11]'));
    const blocks = 'devices:\n- name: pixel4\n  maxMs: 5   # fast\n- pixel6\n';
    expect(setInYaml(blocks, ['devices', 2], { file: 'my.json' })).toBe(`${blocks}- file: my.json\n`);
    expect(removeFromYaml(blocks, ['devices', 0])).toBe('devices:\n- pixel6\n');
    expect(removeFromYaml(blocks, ['devices', 0, 'maxMs'])).toBe(blocks.replace('  maxMs: 5   # fast\n', ''));
  });

  it('keeps the line ends of Windows', () => {
    const windows = text.replaceAll('\n', '\r\n');
    expect(setInYaml(windows, ['training', 'batchSize'], 32))
      .toBe(setInYaml(text, ['training', 'batchSize'], 32).replaceAll('\n', '\r\n'));
  });

  it('works on a text without a line end, and on an empty one', () => {
    expect(setInYaml('a: 1', ['b'], 2)).toBe('a: 1\nb: 2\n');
    expect(parse(setInYaml('', ['data', 'kind'], 'folder'))).toEqual({ data: { kind: 'folder' } });
    expect(parse(setInYaml('# only a comment\n', ['a'], 1))).toEqual({ a: 1 });
  });

  it('does not touch text in several lines beside it', () => {
    const long = 'note: |\n  first\n  second\nname: a\n';
    expect(setInYaml(long, ['name'], 'b')).toBe(long.replace('name: a', 'name: b'));
    expect(setInYaml(long, ['seed'], 1)).toBe(`${long}seed: 1\n`);
  });

  it('says so when the text is not YAML, or has a value in the way', () => {
    expect(() => setInYaml('a: [1', ['b'], 1)).toThrow(/Not valid YAML/);
    expect(() => setInYaml('training: 5\n', ['training', 'steps'], 1)).toThrow(/a value where settings are needed/);
  });
});

describe('removing a setting from YAML', () => {
  it('takes its line and leaves the rest', () => {
    expect(removeFromYaml(text, ['data', 'trainImages'])).toBe(text.replace('  trainImages:   6000   # many\n', ''));
    expect(setInYaml(text, ['name'], undefined)).toBe(text.replace('name: tiny     # its name\n', ''));
  });

  it('takes settings with nothing else in them', () => {
    const nested = 'a: 1\nsearch:\n  mutation:\n    depth: 1\nb: 2\n';
    expect(removeFromYaml(nested, ['search', 'mutation', 'depth'])).toBe('a: 1\nb: 2\n');
  });

  it('takes a device from a list', () => {
    expect(parse(removeFromYaml(text, ['devices', 0])).devices).toEqual(['pixel6']);
    const block = 'devices:\n  - pixel4\n  # good\n  - pixel6\n';
    expect(parse(removeFromYaml(block, ['devices', 0])).devices).toEqual(['pixel6']);
  });

  it('leaves a text without the setting as it is', () => {
    expect(removeFromYaml(text, ['search', 'generations'])).toBe(text);
  });
});
