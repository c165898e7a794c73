import { describe, expect, it } from 'vitest';
import { schemaOfStudy } from '../../../core/study/library/studyFields.ts';
import { deviceEntries, deviceLabel, parseBudgets, writtenDevice } from '../../../renderer/screens/editor/deviceEntries.ts';
import { dropDraft, keepDraft, keptDraft, keptDrafts } from '../../../renderer/screens/editor/draftStorage.ts';
import { architecturesInWords, counted, histogramOf, shareInWords } from '../../../renderer/screens/editor/estimateWords.ts';
import {
  fieldGroups, fieldTitle, formSections, isOffered, isSectionOffered, machineChanges, mergeChanges, numberOrListText, parseNumberOrList, placeholderOf, problemsAt, stepOf,
  valueAt, valueWithChanges, writtenSettings,
} from '../../../renderer/screens/editor/formFields.ts';
import type { StudyField } from '../../../renderer/screens/editor/formFields.ts';
import { parseColours, teacherEntries, writtenTeacher } from '../../../renderer/screens/editor/teacherEntries.ts';
import { endStep, firstChangedLine, newHistory, record, redo, undo } from '../../../renderer/screens/editor/textHistory.ts';

describe('the history of a draft', () => {
  it('undoes and redoes, and forgets what was undone when something new is done', () => {
    let history = record(record(newHistory('a'), 'b', null), 'c', null);
    history = undo(history);
    expect(history.present).toBe('b');
    expect(redo(history).present).toBe('c');
    history = record(history, 'd', null);
    expect(redo(history)).toBe(history);
    expect(undo(undo(history)).present).toBe('a');
    expect(undo(newHistory('a')).present).toBe('a');
  });

  it('joins changes about one thing into a step, until it is ended', () => {
    let history = record(record(newHistory('seed: 1'), 'seed: 12', 'seed'), 'seed: 123', 'seed');
    expect(undo(history).present).toBe('seed: 1');
    history = record(endStep(history), 'seed: 4', 'seed');
    expect(undo(history).present).toBe('seed: 123');
    expect(record(history, 'seed: 4', 'seed')).toBe(history);
  });

  it('points at the first line that differs', () => {
    expect(firstChangedLine('a\nb\nc', 'a\nx\nc')).toBe(2);
    expect(firstChangedLine('a', 'a\nb')).toBe(2);
    expect(firstChangedLine('a', 'a')).toBe(1);
  });
});

describe('drafts that were left', () => {
  function memoryStore() {
    const values = new Map<string, string>();
    return {
      getItem: (key: string) => values.get(key) ?? null, setItem: (key: string, value: string) => { values.set(key, value); },
      removeItem: (key: string) => { values.delete(key); }, key: (index: number) => [...values.keys()][index] ?? null,
      get length() { return values.size; },
    };
  }
  const draft = { origin: 'quickstart', text: 'seed: 2', baseDir: '/work', original: 'seed: 1' };

  it('are kept by where they began, and only when something was changed', () => {
    const store = memoryStore();
    keepDraft(store, draft);
    keepDraft(store, { ...draft, origin: 'study:abc', text: 'seed: 1' });
    expect(keptDrafts(store)).toEqual([draft]);
    expect(keptDraft(store, 'quickstart')).toEqual(draft);
    keepDraft(store, { ...draft, text: draft.original });
    expect(keptDraft(store, 'quickstart')).toBeUndefined();
    keepDraft(store, draft);
    dropDraft(store, 'quickstart');
    expect(keptDrafts(store)).toEqual([]);
  });

  it('are passed over when they are damaged', () => {
    const store = memoryStore();
    store.setItem('pocketformer.draft.x', '{"origin": "x"');
    store.setItem('pocketformer.draft.y', '{"origin": "y"}');
    store.setItem('other', 'z');
    expect(keptDrafts(store)).toEqual([]);
  });
});

describe('the form', () => {
  const fields = schemaOfStudy() as StudyField[];
  const field = (path: string) => fields.find((each) => each.path.join('.') === path) as StudyField;

  it('has a place for every setting that the core knows, and only one', () => {
    const sections = formSections(fields);
    expect(sections.map(({ id }) => id)).toEqual(['basics', 'data', 'devices', 'training', 'scoring', 'search', 'export', 'compute']);
    const placed = sections.flatMap((section) => section.fields);
    expect(new Set(placed).size).toBe(placed.length);
    const settable = fields.filter(({ kind, path }) => kind !== 'group' && path[0] !== 'version' && path[0] !== 'devices');
    expect(settable.filter((each) => !placed.includes(each))).toEqual([]);
    expect(sections[0].fields.map(({ path }) => path[0])).toEqual(['name', 'seed', 'space']);
    expect(sections[7].fields.map(({ path }) => path.join('.'))).toEqual(['engine', 'compute.threads', 'compute.memoryGiB', 'compute.queue', 'compute.chunkMinutes']);
  });

  it('offers the settings of the chosen kind of data alone', () => {
    const offered = (kind: string) => fields.filter(({ path }) => path[0] === 'data')
      .filter((each) => isOffered(each, (path) => valueAt({ data: { kind } }, path))).map(({ path }) => path[1]);
    expect(offered('folder')).toContain('path');
    expect(offered('folder')).not.toContain('difficulty');
    expect(offered('synthetic')).toContain('difficulty');
    expect(offered('synthetic').filter((name) => name === 'imageSize')).toHaveLength(1);
  });

  it('offers settings of one way of searching with that way alone, also where it is the default', () => {
    const offered = (settings: unknown) => fields.filter((each) => each.path[0] === 'search' && isOffered(each, (path) => valueAt(settings, path))).map(({ path }) => path[1]);
    expect(offered({})).toContain('generations');
    expect(offered({})).not.toContain('rounds');
    expect(offered({ search: { algorithm: 'nsga2' } })).toEqual(expect.arrayContaining(['rounds', 'initialPopulation']));
    expect(offered({ search: { algorithm: 'nsga2' } })).not.toContain('generations');
  });

  it('offers training or scoring, and images to scores only where they look at some', () => {
    const offered = (settings: unknown) => formSections(fields).filter((section) => isSectionOffered(section, (path) => valueAt(settings, path))).map(({ id }) => id);
    expect(offered({})).toEqual(['basics', 'data', 'devices', 'training', 'search', 'export', 'compute']);
    expect(offered({ scoring: { proxy: 'dss' } })).toEqual(['basics', 'devices', 'scoring', 'search', 'export', 'compute']);
    expect(offered({ scoring: { proxy: 'snip', inputs: 'images' } })).toContain('data');
    const shown = (settings: unknown) => fields.filter((each) => isOffered(each, (path) => valueAt(settings, path))).map(({ path }) => path.join('.'));
    expect(shown({ scoring: { proxy: 'dss' } })).not.toContain('search.calibrationBatches');
    expect(shown({ scoring: { proxy: 'dss' }, search: { algorithm: 'random' } })).toEqual(expect.arrayContaining(['search.evaluations', 'search.paramsMax']));
  });

  it('folds every smaller group of the training by itself', () => {
    const training = formSections(fields).find(({ id }) => id === 'training');
    const groups = fieldGroups(fields, training!);
    expect(groups.map(({ title }) => title)).toEqual(['Sampling', 'Performance-aware sampling', 'Distillation', 'Mixed images', 'Gradient conflict']);
    expect(groups.flatMap((group) => group.fields).every(({ path }) => path.length === 3)).toBe(true);
    expect(groups[4].fields.map(({ path }) => path[2])).toEqual(['everySteps', 'images', 'pairs']);
    expect(groups.every(({ help }) => help !== '')).toBe(true);
  });

  it('names what lies in a smaller group after it', () => {
    expect(fieldTitle(fields, field('search.mutation.depth'))).toBe('Mutation: depth');
    expect(fieldTitle(fields, field('data.randAugment.operations'))).toBe('RandAugment: operations');
    expect(fieldTitle(fields, field('search.parents'))).toBe('Parents');
  });

  it('says what an empty field means, and steps in the size of its default', () => {
    expect(placeholderOf(field('training.batchSize'))).toBe('64');
    expect(placeholderOf(field('compute.threads'))).toBe('Automatic');
    expect(placeholderOf(field('data.path'))).toBe('Needed');
    expect(stepOf(field('training.learningRate'))).toBeCloseTo(0.001);
    expect(stepOf(field('training.steps'))).toBe(100);
    expect(stepOf(field('seed'))).toBe(1);
  });

  it('takes a number or a list in one field, and shows either so that it is read the same', () => {
    const read = (text: string) => parseNumberOrList(text, 'number');
    expect([read('8'), read('4e6, 8e6'), read('4e6 8e6'), read('[4e6]'), read('4e6,'), read(' ')]).toEqual([8, [4e6, 8e6], [4e6, 8e6], [4e6], [4e6], undefined]);
    // What is no number is for the core to judge.
    expect([read('many'), read('5e6, x')]).toEqual(['many', [5e6, 'x']]);
    const names = (text: string) => parseNumberOrList(text, 'text');
    expect([names('3'), names('S0'), names('S0, S1')]).toEqual([3, ['S0'], ['S0', 'S1']]);
    for (const value of [8, [4e6], [4e6, 8e6]]) expect(read(numberOrListText(value))).toEqual(value);
    for (const value of [3, ['S0'], ['S0', 'S1']]) expect(names(numberOrListText(value))).toEqual(value);
    expect(numberOrListText(undefined)).toBe('');
  });

  it('reads what is written, and shows changes that are on their way', () => {
    const settings = writtenSettings('training:\n  steps: 5 # few\ndevices:\n  - pixel6\n');
    expect(valueAt(settings, ['training', 'steps'])).toBe(5);
    expect(valueAt(settings, ['devices', 0])).toBe('pixel6');
    expect(valueAt(settings, ['training', 'steps', 'x'])).toBeUndefined();
    expect(writtenSettings('a: [1')).toBeUndefined();
    expect(writtenSettings('')).toEqual({});
    const changes = [{ path: ['devices'], value: ['a', { name: 'b', maxMs: 3 }] }, { path: ['training', 'steps'], value: undefined }];
    expect(valueWithChanges(settings, changes, ['devices', 1, 'maxMs'])).toBe(3);
    expect(valueWithChanges(settings, changes, ['training', 'steps'])).toBeUndefined();
    expect(valueWithChanges(settings, [], ['training', 'steps'])).toBe(5);
  });

  it('lets newer changes take the place of older ones of the same setting or inside it', () => {
    const older = [{ path: ['devices', 0], value: 'a' }, { path: ['seed'], value: 1 }];
    expect(mergeChanges(older, [{ path: ['devices'], value: [] }])).toEqual([{ path: ['seed'], value: 1 }, { path: ['devices'], value: [] }]);
    expect(mergeChanges(older, [{ path: ['seed'], value: 2 }]).map(({ value }) => value)).toEqual(['a', 2]);
  });

  it('begins with the engine, threads and memory that the person has set, where they are not the defaults', () => {
    expect(machineChanges({ engine: 'auto', threads: null, memoryGiB: null })).toEqual([]);
    expect(machineChanges({ engine: 'ort', threads: 2, memoryGiB: 1.5 }).map(({ path }) => path.join('.')))
      .toEqual(['engine', 'compute.threads', 'compute.memoryGiB']);
  });

  it('finds the problems of a setting, and of what is inside it', () => {
    const problems = [{ path: ['devices', 0, 'maxMs'], line: 3, text: 'x' }, { path: ['devices'], line: 2, text: 'y' }];
    expect(problemsAt(problems, ['devices'])).toHaveLength(1);
    expect(problemsAt(problems, ['devices'], true)).toHaveLength(2);
    expect(problemsAt(problems, ['devices', 0])).toHaveLength(0);
  });
});

describe('devices', () => {
  it('are written as a bare name where nothing else is said', () => {
    expect(deviceEntries(['pixel6', { name: 'pixel4', maxMs: 5 }, 3])).toEqual([{ name: 'pixel6' }, { name: 'pixel4', maxMs: 5 }, {}]);
    expect(deviceEntries('pixel6')).toEqual([]);
    expect(writtenDevice({ name: 'pixel6', maxMs: undefined, budgetsMs: [] })).toBe('pixel6');
    expect(writtenDevice({ name: 'pixel6', maxMs: 4 })).toEqual({ name: 'pixel6', maxMs: 4 });
    expect(writtenDevice({ file: 'mine.json' })).toEqual({ file: 'mine.json' });
    expect(deviceLabel({ file: 'C:\\models\\mine.json' })).toBe('mine');
  });

  it('take budgets in any order and with units', () => {
    expect(parseBudgets(['8', '4 ms', '4'])).toEqual([4, 8]);
    expect(parseBudgets(['4', 'fast'])).toBeNull();
    expect(parseBudgets(['0'])).toBeNull();
  });
});

describe('teachers', () => {
  it('are written without what is left to the file', () => {
    expect(teacherEntries([{ file: 'a.onnx' }, 'b.onnx'])).toEqual([{ file: 'a.onnx' }, {}]);
    expect(teacherEntries(undefined)).toEqual([]);
    expect(writtenTeacher({ file: 'a.onnx', resolution: undefined, mean: [0, 0, 0] })).toEqual({ file: 'a.onnx', mean: [0, 0, 0] });
  });

  it('take three numbers for the colours', () => {
    expect(parseColours('0.485, 0.456, 0.406')).toEqual([0.485, 0.456, 0.406]);
    expect(parseColours('[1 2 3]')).toEqual([1, 2, 3]);
    expect(parseColours(' ')).toBeUndefined();
    expect([parseColours('1, 2'), parseColours('1, 2, red')]).toEqual([null, null]);
  });
});

describe('estimates in words', () => {
  it('say counts beyond what numbers hold as powers of ten', () => {
    // Two digits of 21854673294118912 are 2.2e16, by hand.
    expect(architecturesInWords('21854673294118912')).toBe('2.2 × 10¹⁶');
    expect(architecturesInWords('1200')).toBe('1,200');
    expect(counted(1, 'class', 'classes')).toBe('1 class');
    expect([1, 0.061, 0.001, 0.999, 0].map(shareInWords)).toEqual(['all', 'about 6 %', 'about 1 %', 'about 99 %', 'none']);
  });

  it('draw evenly spaced quantiles of a uniform quantity as a flat histogram', () => {
    const { bars, min, max } = histogramOf(Array.from({ length: 21 }, (_, i) => i), 10);
    expect([min, max]).toEqual([0, 20]);
    for (const bar of bars) expect(bar).toBeCloseTo(1);
  });

  it('keep the mass where quantiles lie close together', () => {
    const { bars } = histogramOf([0, 1, 1, 1, 10], 10);
    expect(bars.indexOf(Math.max(...bars))).toBe(1);
    expect(histogramOf([5, 5, 5], 4).bars).toHaveLength(4);
  });
});
