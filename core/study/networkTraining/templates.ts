import type { StudyTemplate } from '../library/templates.ts';

const small = `# Trains one small network on images that Pocketformer paints itself, judges it and writes it as an ONNX file.
# Nothing to download; good for a first look around.
version: 1
name: small-network
seed: 1
space: elasticvit-mini
arch: medium
data:
  kind: synthetic
  imageSize: 32
  trainImages: 4000
  valImages: 1000
  difficulty: 0.25 # 0 (easy) to 1 (hard)
training:
  epochs: 6
  batchSize: 32
  learningRate: 0.003
  warmupEpochs: 0.5
  stochasticDepth: { rate: 0.1 }
  earlyStopping: { patienceEpochs: 3 }
devices:
  - pixel6
`;

const ownImages = `# A network for a folder of your own small images (32 to 64 px), with augmentation.
version: 1
name: own-images
seed: 1
space: elasticvit-mini
arch: medium
data:
  kind: folder
  path: images # holds train/<class>/* and val/<class>/*, or <class>/* alone; relative to this file
  imageSize: 32
  randAugment: { operations: 1 }
training:
  epochs: 100
  batchSize: 64
  learningRate: 0.002
  warmupEpochs: 5
  stochasticDepth: { rate: 0.1 }
  earlyStopping: { patienceEpochs: 20 }
devices:
  - pixel6
`;

const inherited = `# Fine-tunes weights that are there: a study's supernet has learned them, or a training or a handed-over program has written them.
version: 1
name: fine-tuning
seed: 1
space: elasticvit-mini
arch: medium
start:
  weights: best.safetensors # or study: and the folder of a study whose supernet has learned
data:
  kind: folder
  path: images # holds train/<class>/* and val/<class>/*, or <class>/* alone; relative to this file
  imageSize: 32
training:
  epochs: 20
  batchSize: 64
  learningRate: 0.0003
  warmupEpochs: 1
  # freeze: backbone # only the classifier learns
devices:
  - pixel6
`;

const asVit = `# As-ViT Small with the published recipe, beginning with fewer tokens (section 4). Meant for a machine with many cores or a GPU.
version: 1
name: as-vit
seed: 1
space: asvit
arch: small
preset: as-vit
data:
  kind: folder
  path: images # holds train/<class>/* and val/<class>/*, or <class>/* alone; relative to this file
  imageSize: 224
training:
  batchSize: 128 # learning rates are stated for 1024 and scaled
  retokenization:
    phases:
      - { epochs: 40, stride: 16 }
      - { epochs: 30, stride: 8 }
devices:
  - pixel6
`;

const tfTas = `# TF-TAS Tiny, found without training, with the published recipe. Meant for a machine with many cores or a GPU.
version: 1
name: tf-tas
seed: 1
space: autoformer-tiny
arch: tf-tas-ti
preset: tf-tas
data:
  kind: folder
  path: images # holds train/<class>/* and val/<class>/*, or <class>/* alone; relative to this file
  imageSize: 224
devices:
  - pixel6
`;

const elasticVit = `# ElasticViT-S1 alone, with the recipe that the released supernet was trained by. Meant for a machine with many cores or a GPU.
version: 1
name: elasticvit
seed: 1
space: elasticvit
arch: S1
preset: elasticvit
data:
  kind: folder
  path: images # holds train/<class>/* and val/<class>/*, or <class>/* alone; relative to this file
  imageSize: 224
devices:
  - pixel6
`;

/** Training files to begin with. Paths of images and weights are placeholders. */
export const trainingTemplates: readonly StudyTemplate[] = [
  { id: 'small', title: 'Small network', yaml: small, description: 'A small ElasticViT on painted images, from scratch. Needs nothing but two minutes.' },
  { id: 'own-images', title: 'Own images', yaml: ownImages, description: 'A small network from scratch on your own images at 32 to 64 pixels, in a folder for each class.' },
  { id: 'fine-tuning', title: 'Fine-tuning', yaml: inherited, description: 'Weights that a study, a training or a handed-over program has left, on your own images.' },
  { id: 'as-vit', title: 'As-ViT recipe', yaml: asVit, description: 'The published recipe with progressive re-tokenization, at 224 pixels. Takes days on a processor.' },
  { id: 'tf-tas', title: 'TF-TAS recipe', yaml: tfTas, description: 'The published recipe for an AutoFormer network at 224 pixels. Takes days on a processor.' },
  { id: 'elasticvit', title: 'ElasticViT recipe', yaml: elasticVit, description: 'The released recipe for one ElasticViT network at 224 pixels. Takes days on a processor.' },
];
