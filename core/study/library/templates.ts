export interface StudyTemplate {
  readonly id: string;
  readonly title: string;
  /** One or two sentences: what it does, what it needs, how long it takes. */
  readonly description: string;
  /** A study file, with comments for those who edit it. */
  readonly yaml: string;
}

const quickstart = `# Trains a small supernet on images that Pocketformer paints itself, searches it for two phones at once
# and writes ONNX files. Nothing to download; good for a first look around.
version: 1
name: quickstart
seed: 1
space: elasticvit-mini
data:
  kind: synthetic
  imageSize: 32
  trainImages: 6000
  valImages: 1000
  difficulty: 0.25 # 0 (easy) to 1 (hard)
devices:
  - pixel6
  - pixel4
training:
  steps: 500
  batchSize: 32
  learningRate: 0.003
  warmupSteps: 30
search:
  generations: 3
  initialPopulation: 32
  parents: 16
  mutations: 8
  crossovers: 8
  calibrationBatches: 4
  evaluationImages: 500
export:
  perDevice: 3 # ONNX files for each device, spread over its front
`;

const smallImages = `# A folder of your own small images (32 to 64 px), searched for two phones.
version: 1
name: small-images
seed: 1
space: elasticvit-mini
data:
  kind: folder
  path: images # holds train/<class>/* and val/<class>/*, or <class>/* alone; relative to this file
  imageSize: 32
  # valFraction: 0.1 # of each class, where there is no val folder
devices:
  - pixel6
  - pixel4
training:
  steps: 5000
  batchSize: 64
  learningRate: 0.003
  warmupSteps: 200
search:
  generations: 10
  initialPopulation: 128
  parents: 64
  mutations: 32
  crossovers: 32
  evaluationImages: 1000
export:
  perDevice: 3
`;

const fullElasticVit = `# The full ElasticViT space (128 to 256 px) on a folder of images, with the published search:
# 512 first architectures, then 40 generations of 256. Meant for a machine with many cores or a GPU.
version: 1
name: elasticvit
seed: 1
space: elasticvit
data:
  kind: folder
  path: images # holds train/<class>/* and val/<class>/*, or <class>/* alone; relative to this file
  imageSize: 256 # smaller resolutions are made from these
devices:
  - pixel6
training:
  steps: 100000
  batchSize: 128
  learningRate: 0.001
  warmupSteps: 2000
  checkpointEverySteps: 500
search:
  generations: 40
  initialPopulation: 512
  parents: 256
  mutations: 128
  crossovers: 128
  evaluationImages: 5000
export:
  perDevice: 5
`;

const severalPhones = `# One supernet for several phones, each with a limit: architectures slower than that on every phone are
# not looked at. Change the limits to what your app can afford.
version: 1
name: several-phones
seed: 1
space: elasticvit-mini
data:
  kind: synthetic # or a folder: see the other templates
  imageSize: 32
  trainImages: 6000
  valImages: 1000
devices:
  - name: pixel6
    maxMs: 4 # longest latency of any use, in ms
  - name: pixel4
    maxMs: 5
  - name: xiaomi11
    maxMs: 4
  # - file: my-phone.json # a device model of your own
training:
  steps: 1500
  batchSize: 48
  learningRate: 0.003
search:
  generations: 6
  initialPopulation: 64
  parents: 32
  mutations: 16
  crossovers: 16
  constrain: highMs # on the safe side: the upper end of the predicted interval must stay within the limit
export:
  perDevice: 3
`;

const trainingFree = `# Trains nothing: architectures are drawn within a limit on parameters and ranked by a score of untrained networks, here
# TF-TAS's search of the AutoFormer-Tiny space by the DSS-indicator. Needs no images; done in a minute or so.
version: 1
name: training-free
seed: 1
space: autoformer-tiny
devices:
  - pixel6
  - pixel4
scoring:
  proxy: dss # compare with params and macs before trusting any score
search:
  algorithm: random # or evolution, nsga2, age-moea-ii: they breed what scores well
  evaluations: 8000
  paramsMax: 6200000
export:
  perDevice: 1 # with untrained weights, for measuring latency
`;

/** Study files to begin with. Paths of images are placeholders. */
export const studyTemplates: readonly StudyTemplate[] = [
  {
    id: 'quickstart', title: 'Quickstart', yaml: quickstart,
    description: 'A small supernet on painted images, searched for two phones. Needs nothing but a few minutes.',
  },
  {
    id: 'small-images', title: 'Small images', yaml: smallImages,
    description: 'Your own images at 32 to 64 pixels, in a folder for each class, with the small ElasticViT space.',
  },
  {
    id: 'elasticvit', title: 'Full ElasticViT', yaml: fullElasticVit,
    description: 'The published space and search on your own images at up to 256 pixels. Takes days on a processor.',
  },
  {
    id: 'several-phones', title: 'Several phones with limits', yaml: severalPhones,
    description: 'One supernet for three phones, each with the longest latency that is of any use.',
  },
  {
    id: 'training-free', title: 'Training-free', yaml: trainingFree,
    description: 'Fronts over phones by a score of untrained networks, as in TF-TAS. Needs no images and no training, a minute or so.',
  },
];
