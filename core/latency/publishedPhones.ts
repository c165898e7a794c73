import type { DeviceModel } from './deviceModel.ts';

/** What is known about a published table and the phone it was measured on. */
export interface PublishedPhone {
  readonly tableFile: string;
  readonly description: Pick<DeviceModel, 'name' | 'device' | 'runtime' | 'measurements' | 'speaksFor'>;
}

const runtime: DeviceModel['runtime'] = {
  name: 'TensorFlow Lite, through the profiler of nn-Meter',
  processor: 'CPU',
  precision: 'float32',
  threads: 1,
  notes: 'The files do not record the flags of these runs, nor the versions. The profiler\'s defaults are one ' +
    'thread, "taskset 70", 10 warm-up and 50 measured runs, with XNNPACK not switched off.',
};

const speaksFor: DeviceModel['speaksFor'] = [
  'The sum of separately measured blocks, in ms for one image, as in the publications of ElasticViT; not a whole ' +
    'network timed end to end. For the three networks with a published latency on Pixel 4 the sums are within 0.5 %. ' +
    'The interval bounds that sum; how a phone varies from day to day is not in it.',
  'Blocks as their authors measured them, which differ from the released networks: the attention block has no ' +
    'depthwise convolution on V and no residual addition, and one more hard-swish after the joint projection; layer ' +
    'norms work on each token, not on all tokens jointly; linear layers of the FFN have no bias.',
  'TensorFlow Lite in float32 on one CPU thread only. Other runtimes (ONNX Runtime among them), precisions, thread ' +
    'counts and processors need a calibration of their own; ranks may carry over, milliseconds do not.',
  'Heads with 1000 classes. Other class counts are extrapolated from the weights and work that they save or add, and ' +
    'are reported as outside what was measured.',
];

const measurements: DeviceModel['measurements'] = {
  source: 'microsoft/nn-Meter, branch dev/hybrid-transformer, latency tables of ElasticViT\'s blocks (version 3, ' +
    'February 2023)',
  licence: 'MIT',
  blocks: 12_116,
  networks: 0,
  measuredOn: '2023-02',
  notes: 'Only coefficients fitted to the tables, and latencies of 200 whole architectures, are in this file, not the ' +
    'tables.',
};

const phone = (name: string, title: string, systemOnChip: string): PublishedPhone => ({
  tableFile: `${name}_lut_ln_v3.json`,
  description: { name, device: { title, systemOnChip }, runtime, measurements, speaksFor },
});

export const publishedPhones: readonly PublishedPhone[] = [
  phone('pixel4', 'Google Pixel 4', 'Qualcomm Snapdragon 855'),
  phone('pixel6', 'Google Pixel 6', 'Google Tensor'),
  phone('xiaomi11', 'Xiaomi Mi 11', 'Qualcomm Snapdragon 888'),
];
