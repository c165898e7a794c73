/** Figures of TF-TAS (Zhou et al., "Training-free Transformer Architecture Search", CVPR 2022), as the paper prints them. */

export const paper = 'TF-TAS (Zhou et al., CVPR 2022)';

export interface PrintedNetwork {
  readonly title: string;
  readonly space: string;
  /** Among the space's networks. */
  readonly name: string;
  /** Millions. */
  readonly params: string;
  /** Billions. */
  readonly flops: string;
  /** Top-1 in %. */
  readonly top1: string;
}

/** Table 1, those of its networks that lie in AutoFormer's spaces or beside them. */
export const autoFormerNetworks: readonly PrintedNetwork[] = [
  { title: 'DeiT-Ti', space: 'autoformer-tiny', name: 'deit-ti', params: '5.7', flops: '1.2', top1: '72.2' },
  { title: 'AutoFormer-Ti', space: 'autoformer-tiny', name: 'autoformer-t', params: '5.7', flops: '1.3', top1: '74.7' },
  { title: 'TF-TAS-Ti', space: 'autoformer-tiny', name: 'tf-tas-ti', params: '5.9', flops: '1.4', top1: '75.3' },
  { title: 'DeiT-S', space: 'autoformer-small', name: 'deit-s', params: '22.1', flops: '4.7', top1: '79.9' },
  { title: 'AutoFormer-S', space: 'autoformer-small', name: 'autoformer-s', params: '22.9', flops: '5.1', top1: '81.7' },
  { title: 'TF-TAS-S', space: 'autoformer-small', name: 'tf-tas-s', params: '22.8', flops: '5.0', top1: '81.9' },
  { title: 'DeiT-B', space: 'autoformer-base', name: 'deit-b', params: '86.0', flops: '18.0', top1: '81.8' },
  { title: 'AutoFormer-B', space: 'autoformer-base', name: 'autoformer-b', params: '54.0', flops: '11.0', top1: '82.4' },
  { title: 'TF-TAS-B', space: 'autoformer-base', name: 'tf-tas-b', params: '54.0', flops: '12.0', top1: '82.2' },
];

/** Table 2, without the networks drawn at random, whose architectures were not published. */
export const pitNetworks: readonly PrintedNetwork[] = [
  { title: 'PiT-Ti', space: 'pit-ti', name: 'pit-ti', params: '4.9', flops: '0.7', top1: '73.8' },
  { title: 'TF-TAS-Ti', space: 'pit-ti', name: 'tf-tas-pit-ti', params: '4.6', flops: '0.6', top1: '73.7' },
  { title: 'PiT-XS', space: 'pit-xs', name: 'pit-xs', params: '10.6', flops: '1.4', top1: '78.2' },
  { title: 'TF-TAS-XS', space: 'pit-xs', name: 'tf-tas-pit-xs', params: '10.0', flops: '1.8', top1: '77.7' },
  { title: 'PiT-S', space: 'pit-s', name: 'pit-s', params: '23.5', flops: '2.9', top1: '79.9' },
  { title: 'TF-TAS-S', space: 'pit-s', name: 'tf-tas-pit-s', params: '23.8', flops: '3.2', top1: '80.5' },
];

/** Table 6: Kendall's tau with the accuracies of 1,000 networks of 5 to 7 M parameters, for the seeds 0 to 3. */
export const publishedTaus: Readonly<Record<string, readonly number[]>> = {
  snip: [0.481, 0.530, 0.486, 0.507],
  grasp: [0.053, 0.126, 0.138, 0.152],
  'te-score': [-0.039, -0.003, -0.04, 0.013],
  naswot: [0.378, 0.332, 0.394, 0.421],
  dss: [0.697, 0.697, 0.697, 0.697],
};
