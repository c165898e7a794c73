import { describe, expect, it } from 'vitest';
import { parseTrainingFile } from '../../../core/study/networkTraining/trainingFile.ts';
import { recipePresets } from '../../../core/training/recipe/presets.ts';
import { learningRateScale, scheduleOf, stepsInPhases } from '../../../core/training/recipe/schedule.ts';
import { recipeSchema } from '../../../core/training/recipe/settings.ts';

const head = `version: 1
space: asvit-mini
arch: seed
data: { kind: synthetic }
`;
const parse = (text: string) => parseTrainingFile(text, 'mine.yaml');

describe('a training file', () => {
  it('is called like its file and has a default for everything else', () => {
    const settings = parse(head);
    expect(settings).toMatchObject({ name: 'mine', seed: 1, start: {}, training: { epochs: 50, stochasticDepth: { rate: 0 } }, export: { weights: 'best' } });
  });

  it.each([
    ['an unknown setting', `${head}training: { epoch: 3 }\n`, 'mine.yaml:5: training.epoch: unknown setting'],
    ['a wrong value', `${head}training:\n  epochs: -1\n`, 'mine.yaml:6: training.epochs: expected'],
    ['two beginnings', `${head}start: { study: a, weights: b }\n`, 'either from a study or from a file'],
    ['an unknown space', head.replace('asvit-mini', 'resnet'), 'mine.yaml:2: space:'],
    ['an unknown recipe', `${head}preset: vgg\n`, 'mine.yaml:5: preset: expected'],
    ['frozen weights that are fresh', `${head}training:\n  freeze: backbone\n`, 'mine.yaml:6: training.freeze: fresh weights'],
    ['no architecture', head.replace('arch: seed\n', ''), 'arch: missing'],
  ])('says in one line what is wrong with %s', (_, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});

describe('the published recipes', () => {
  it('are accepted as they are', () => {
    for (const preset of Object.keys(recipePresets)) expect(parse(`${head}preset: ${preset}\n`).preset).toBe(preset);
  });

  it('have the papers\' numbers', () => {
    // As-ViT, appendix A; TF-TAS, section 4.1; ElasticViT's released configuration (elasticvit.md 3).
    const of = (preset: string) => parse(`${head}preset: ${preset}\n`);
    expect(of('as-vit').training).toMatchObject({ epochs: 300, warmupEpochs: 20, batchSize: 1024, learningRate: 1e-3, weightDecay: 0.05 });
    expect(of('tf-tas').training).toMatchObject({ epochs: 300, warmupEpochs: 5, batchSize: 256, learningRate: 1e-3, minLearningRate: 1e-5, weightDecay: 0.05 });
    expect(of('elasticvit').training).toMatchObject({
      epochs: 600, warmupEpochs: 5, cooldownEpochs: 10, learningRate: 5e-4, learningRateBatchSize: 512, adaptiveClip: 0.1, averageDecay: 0.99985,
      mix: { mixup: 0.01, cutmix: 0.01 }, stochasticDepth: { rate: 0 }, decayConvolutions: false,
    });
    expect(of('elasticvit').data).toMatchObject({ randAugment: { operations: 1, magnitude: 1, deviation: 0.5 }, randomErasing: 0.01 });
  });

  it('give way to what the file says, setting by setting, and shrink their warm-up with the epochs', () => {
    const { training, data } = parse(`${head.replace('{ kind: synthetic }', '{ kind: synthetic, randomErasing: 0 }')}preset: as-vit
training: { epochs: 30, batchSize: 64, mix: { cutmix: 0 } }
`);
    expect(training).toMatchObject({ epochs: 30, warmupEpochs: 2, batchSize: 64, mix: { mixup: 0.8, cutmix: 0 }, stochasticDepth: { rate: 0.1 } });
    expect(data).toMatchObject({ randomErasing: 0, randAugment: { operations: 2, magnitude: 9 } });
    expect(parse(`${head}preset: as-vit\ntraining: { epochs: 30, warmupEpochs: 5 }\n`).training.warmupEpochs).toBe(5);
  });
});

describe('a recipe\'s schedule', () => {
  const recipe = recipeSchema.parse({
    epochs: 10, warmupEpochs: 1.5, cooldownEpochs: 2, batchSize: 32, learningRate: 1e-3, learningRateBatchSize: 128, minLearningRate: 1e-5,
    retokenization: { phases: [{ epochs: 2, stride: 8 }, { epochs: 3, stride: 4 }] },
  });

  it('counts whole batches of an epoch, and the cool-down behind the cosine', () => {
    const schedule = scheduleOf(recipe, 330);
    expect(schedule).toMatchObject({ stepsPerEpoch: 10, steps: 120, evaluateEverySteps: 10, coarsePhaseEnds: [20, 50] });
    expect(stepsInPhases(schedule, 120)).toEqual([20, 30, 70]);
    expect(stepsInPhases(schedule, 25)).toEqual([20, 5, 0]);
    expect(schedule.trainer).toMatchObject({ steps: 100, warmupSteps: 15, clipNorm: Infinity });
  });

  it('scales learning rates with the batch, linearly or with its root', () => {
    expect(scheduleOf(recipe, 330).trainer.learningRate).toBeCloseTo(2.5e-4, 12);
    expect(scheduleOf(recipe, 330).trainer.minLearningRate).toBeCloseTo(2.5e-6, 12);
    expect(learningRateScale({ ...recipe, learningRateScaling: 'sqrt' })).toBe(0.5);
    expect(learningRateScale({ ...recipe, learningRateBatchSize: undefined })).toBe(1);
  });

  it('leaves a step to the network with all tokens, and trains one step on fewer images than a batch', () => {
    expect(scheduleOf({ ...recipe, epochs: 5.4, cooldownEpochs: 0, warmupEpochs: 0 }, 20)).toMatchObject({ stepsPerEpoch: 1, steps: 5, coarsePhaseEnds: [2, 4] });
  });
});
