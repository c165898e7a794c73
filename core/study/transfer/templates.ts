import type { StudyTemplate } from '../library/templates.ts';

const otherImages = `# Moves the winners of a study's devices to your own images: a new classifier each, then all weights learn.
version: 1
name: transfer
seed: 1
study: runs/quickstart # folder of a study that has trained a supernet
perDevice: 3
seeds: 3
head: new
data:
  kind: folder
  path: images # holds train/<class>/* and val/<class>/*, or <class>/* alone; relative to this file
  imageSize: 32
training:
  epochs: 20
  batchSize: 64
  learningRate: 0.0003
  warmupEpochs: 1
`;

const painted = `# Moves the winners of a study's devices to other images that Pocketformer paints itself. Good for a first look around.
version: 1
name: transfer
seed: 1
study: runs/quickstart # folder of a study that has trained a supernet
perDevice: 2
seeds: 3
head: new
data:
  kind: synthetic
  imageSize: 32
  trainImages: 2000
  valImages: 1000
  difficulty: 0.5
  seed: 99
training:
  epochs: 4
  batchSize: 32
  learningRate: 0.001
  warmupEpochs: 0.5
  averageDecay: 0.99
`;

const classifierOnly = `# Only a new classifier learns on your own images; everything before it stays as the study has left it. Fast.
version: 1
name: linear-transfer
seed: 1
study: runs/quickstart # folder of a study that has trained a supernet
perDevice: 3
seeds: 3
head: new
data:
  kind: folder
  path: images # holds train/<class>/* and val/<class>/*, or <class>/* alone; relative to this file
  imageSize: 32
  flip: false
  crop: none # what does not change from epoch to epoch is computed once
training:
  epochs: 30
  batchSize: 64
  learningRate: 0.003
  warmupEpochs: 1
  freeze: backbone
`;

/** Transfer files to begin with. Paths of studies and images are placeholders. */
export const transferTemplates: readonly StudyTemplate[] = [
  { id: 'other-images', title: 'Other images', yaml: otherImages, description: 'Three winners of each device on your own images, with three seeds each; all weights learn.' },
  { id: 'classifier', title: 'Classifier alone', yaml: classifierOnly, description: 'A new classifier on weights that stay as they are, on your own images. Takes a fraction of the time.' },
  { id: 'painted', title: 'Painted images', yaml: painted, description: "Two winners of each device on other images of Pocketformer's own. Needs nothing but a few minutes." },
];
