/** Figures of As-ViT (Chen et al., "Auto-scaling Vision Transformers without Training", ICLR 2022), as the paper prints them. */

export const paper = 'As-ViT (Chen et al., ICLR 2022)';

/** Table 2: Kendall's tau with the accuracies of 87 trained topologies, and seconds for each on a V100. */
export const publishedMeasures = {
  curvature: { tau: -0.49, seconds: 38.3 },
  length: { tau: 0.49, seconds: 12.8 },
  'curvature-length': { tau: -0.01, seconds: 48.2 },
} as const;

/** Table 3: mean of each choice, and its standard deviation over the mean. By the names that the space's dimensions have in print. */
export const publishedPolicy: Readonly<Record<string, { readonly mean: string; readonly deviation: string }>> = {
  K1: { mean: '7.3', deviation: '0.1' }, K2: { mean: '4', deviation: '0' }, K3: { mean: '4', deviation: '0' }, K4: { mean: '4', deviation: '0' },
  E1: { mean: '3.3', deviation: '0.4' }, E2: { mean: '3.9', deviation: '0.4' }, E3: { mean: '4.2', deviation: '0.3' }, E4: { mean: '5.2', deviation: '0.2' },
  S1: { mean: '4', deviation: '0.6' }, S2: { mean: '2.7', deviation: '0.5' }, S3: { mean: '1.5', deviation: '0.3' },
  H: { mean: '42.7', deviation: '0.5' },
};

/** Section 3.3: the policy's entropy in nats before the first step and after 500. */
export const publishedEntropy = { first: 15.3, last: 5.7 } as const;

/** Tables 4, 5 and 7: millions of parameters, billions of "FLOPs". By the names that the networks have in the space. */
export const publishedCounts: Readonly<Record<string, { readonly title: string; readonly params: string; readonly flops: string }>> = {
  seed: { title: 'seed', params: '2.4', flops: '0.5' },
  small: { title: 'As-ViT-Small', params: '29.0', flops: '5.3' },
  base: { title: 'As-ViT-Base', params: '52.6', flops: '8.9' },
  large: { title: 'As-ViT-Large', params: '88.1', flops: '22.6' },
};
