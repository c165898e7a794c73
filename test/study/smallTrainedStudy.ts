import { Random } from '../../core/base/random.ts';
import { readBatch } from '../../core/data/batch.ts';
import { augmentationOf, loadData } from '../../core/data/config.ts';
import { measureNormalisation } from '../../core/data/normalisation.ts';
import { batchIndices } from '../../core/data/order.ts';
import { startEngine } from '../../core/engine/engines.ts';
import { getSpace } from '../../core/spaces/index.ts';
import { createStudy } from '../../core/study/folder.ts';
import { requireTraining } from '../../core/study/requireTraining.ts';
import { parseStudyFile } from '../../core/study/studyFile.ts';
import { SupernetTrainer } from '../../core/training/supernet/trainer.ts';

const text = `version: 1
name: small
seed: 3
space: elasticvit-mini
data: { kind: synthetic, trainImages: 40, valImages: 20 }
devices: [pixel4]
training: { steps: 4, batchSize: 4, warmupSteps: 0, buckets: 2, checkpointEverySteps: 2 }
search: { calibrationBatches: 1 }
`;

/**
 * A study's folder as it is after two training steps, with some evaluated architectures in its history.
 * @param evaluated how many
 */
export async function smallTrainedStudy(directory: string, evaluated = 0): Promise<void> {
  const settings = requireTraining(parseStudyFile(text, 'small.yaml'), 'small');
  const study = await createStudy(directory, { settings, text, path: 'small.yaml', baseDir: directory });
  const space = getSpace(settings.space);
  const data = await loadData(settings.data, { baseDir: directory, cacheDir: study.paths.cache, seed: settings.seed });
  const engine = await startEngine('ort');
  const trainer = new SupernetTrainer({ engine, space, classes: data.classes.length, settings: settings.training, seed: settings.seed });
  const normalisation = measureNormalisation(data.train, data.imageSize);
  for (let step = 0; step < 2; step++) {
    const augmentation = { ...augmentationOf(settings.data), seed: 0, step };
    const batch = readBatch(data.train, batchIndices(0, step, 4, data.train.count), { imageSize: data.imageSize, normalisation, augmentation });
    trainer.train({ ...batch, imageSize: data.imageSize });
  }
  await study.saveCheckpoint({ phase: 'training', step: 2, tensors: trainer.tensors(), state: { data: data.id, trainer: trainer.state() } });
  const random = new Random('evaluated');
  for (let i = 0; i < evaluated; i++) {
    const arch = space.sample(random);
    study.events.append({ kind: 'evaluation', accuracy: 0.1, images: 20, label: space.key(arch), arch });
  }
  data.close();
  study.close();
}
