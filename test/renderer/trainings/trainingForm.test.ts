import { describe, expect, it } from 'vitest';
import type { StudyRow } from '../../../core/api/contract/types.ts';
import { setInYaml, removeFromYaml } from '../../../core/study/library/editYaml.ts';
import { trainingTemplates } from '../../../core/study/networkTraining/templates.ts';
import { schemaOfTraining } from '../../../core/study/networkTraining/trainingFields.ts';
import { parseTrainingFile } from '../../../core/study/networkTraining/trainingFile.ts';
import { fieldGroups, pathKey, placeholderOf, problemCount } from '../../../renderer/screens/editor/formFields.ts';
import type { SettingChange, StudyField } from '../../../renderer/screens/editor/formFields.ts';
import { frozenParts, nextPhase, phaseEntries, writtenFreeze, writtenPhase } from '../../../renderer/screens/editor/recipeEntries.ts';
import { archOf, deviceNames, frontChanges, studyChanges } from '../../../renderer/screens/trainings/form/beginnings.ts';
import { phaseRows, trainedText } from '../../../renderer/screens/trainings/form/estimateRows.ts';
import { studyOptions } from '../../../renderer/screens/trainings/form/studyOptions.ts';
import { mainAndFurther, recipeSections } from '../../../renderer/screens/trainings/form/trainingSections.ts';

const fields = schemaOfTraining() as StudyField[];
const written = (text: string, changes: readonly SettingChange[]) => changes.reduce((now, { path, value }) => (
  value === undefined ? removeFromYaml(now, path) : setInYaml(now, path, value)), text);

describe('the form of a training', () => {
  it('shows every setting of the file once, the network by itself', () => {
    const sections = recipeSections(fields);
    expect(sections.map(({ id }) => id)).toEqual(['basics', 'network', 'start', 'data', 'training', 'devices', 'export', 'compute']);
    const shown = sections.flatMap((section) => section.fields.map(({ path }) => pathKey(path)));
    expect(new Set(shown)).toEqual(new Set(fields.filter(({ kind, path }) => kind !== 'group' && pathKey(path) !== 'version' && pathKey(path) !== 'devices').map(({ path }) => pathKey(path))));
  });

  it('puts what most people set of a recipe first, and everything else behind it', () => {
    const training = recipeSections(fields).find(({ id }) => id === 'training')!;
    const { main, further } = mainAndFurther(training.fields);
    expect(main.map(({ path }) => path[1])).toEqual(['epochs', 'batchSize', 'learningRate', 'warmupEpochs', 'weightDecay', 'freeze']);
    const grouped = fieldGroups(fields, training).flatMap((group) => group.fields);
    expect(main.length + further.length + grouped.length).toBe(training.fields.length);
    expect(grouped.map(({ path }) => pathKey(path))).toContain('training.retokenization.phases');
  });

  it('says in empty fields what a published recipe takes', () => {
    const epochs = fields.find(({ path }) => pathKey(path) === 'training.epochs')!;
    expect(placeholderOf(epochs)).toBe('50');
    expect(placeholderOf(epochs, 300)).toBe('300');
  });

  it('counts problems where they are shown', () => {
    const problems = [{ path: ['arch'], line: 4, text: 'x' }, { path: ['training', 'epochs'], line: 5, text: 'y' }];
    const sections = recipeSections(fields);
    expect(sections.filter((section) => problemCount(problems, section) > 0).map(({ id }) => id)).toEqual(['network', 'training']);
  });
});

describe('frozen parts and phases in the form', () => {
  it.each([[undefined, 'nothing', 1], ['backbone', 'backbone', 1], [{ stages: 2 }, 'stages', 2], [{ blocks: 7 }, 'blocks', 7], ['else', 'nothing', 1]] as const)('read %j', (value, kind, count) => {
    expect(frozenParts(value)).toEqual({ kind, count });
    if (value !== 'else') expect(writtenFreeze(kind, count)).toEqual(value);
  });

  it('begin with the shares of the paper, and go on at half the stride', () => {
    // As-ViT, table 6: 40 and 30 of 300 epochs.
    const first = nextPhase([], 300);
    expect(first).toEqual({ epochs: 40, stride: 16 });
    expect(nextPhase([first], 300)).toEqual({ epochs: 30, stride: 8 });
    expect(nextPhase([{ stride: 2 }], 3)).toEqual({ epochs: 1, stride: 2 });
    expect(phaseEntries([{ epochs: 2 }, 5, null])).toEqual([{ epochs: 2 }, {}, {}]);
    expect(writtenPhase({ epochs: 2, dilation: undefined })).toEqual({ epochs: 2 });
  });
});

describe('what a training begins with', () => {
  const study = { directory: '/runs/mine', name: 'mine', space: 'asvit-mini', trains: true, settings: { data: { kind: 'synthetic', trainImages: 20 }, devices: ['pixel6', { name: 'pixel4', maxMs: 3 }, { file: 'own.json' }] } };

  it("takes a study's network, weights, images and devices over into a file that is right", () => {
    const text = written(trainingTemplates[0].yaml, studyChanges(study, 'seed'));
    expect(parseTrainingFile(text, 'x')).toMatchObject({
      name: 'mine trained', space: 'asvit-mini', arch: 'seed', start: { study: '/runs/mine' }, data: { trainImages: 20, imageSize: 32 }, devices: ['pixel6', 'pixel4', 'own.json'],
    });
  });

  it('begins afresh with a network of a study that trains nothing, and puts a study in the place of a file of weights', () => {
    const given = `${trainingTemplates[0].yaml}start: { weights: a.safetensors }\n`;
    expect(parseTrainingFile(written(given, frontChanges({ ...study, trains: false }, 'seed')), 'x').start).toEqual({ head: 'auto' });
    expect(parseTrainingFile(written(given, frontChanges(study, 'seed')), 'x').start).toEqual({ head: 'auto', study: '/runs/mine' });
  });

  it('takes JSON for choices and any other text for a name', () => {
    expect(archOf('{"a":1}')).toEqual({ a: 1 });
    expect(archOf('medium')).toBe('medium');
    expect(archOf('12')).toBe('12');
    expect(deviceNames('none')).toEqual([]);
  });

  it('offers studies that have learned weights, and what is written', () => {
    const row = (name: string, kind: 'accuracy' | 'score', updated: string) => ({ directory: `/${name}`, name, space: 's', updated, objective: { kind }, best: [{}] }) as unknown as StudyRow;
    const rows = [row('old', 'accuracy', '1'), row('new', 'accuracy', '2'), row('scored', 'score', '3')];
    expect(studyOptions(rows, undefined).map(({ value }) => value)).toEqual(['/new', '/old']);
    expect(studyOptions(rows, '/new')).toHaveLength(2);
    expect(studyOptions(rows, '../else').map(({ value }) => value)).toEqual(['../else', '/new', '/old']);
  });
});

describe('the estimate of a training', () => {
  it('tells phases beside the share of their MACs, if there are several', () => {
    const phases = [{ fromEpoch: 0, toEpoch: 40, stride: 16, dilation: 5, macs: 25e6 }, { fromEpoch: 40, toEpoch: 300, stride: 4, dilation: 1, macs: 100e6 }];
    expect(phaseRows({ phases })).toEqual([
      { epochs: '0 to 40', tokens: 'stride 16, dilation 5', macs: expect.stringContaining('(25 %)') }, { epochs: '40 to 300', tokens: 'stride 4, dilation 1', macs: expect.stringContaining('(100 %)') },
    ]);
    expect(phaseRows({ phases: phases.slice(1) })).toEqual([]);
  });

  it('says how much of the network learns', () => {
    expect(trainedText({ params: 5, trainedParams: 5 }, String)).toBe('All of them learn');
    expect(trainedText({ params: 5, trainedParams: 2 }, String)).toMatch(/^2 of them learn/);
  });
});
