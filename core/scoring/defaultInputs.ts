import type { DefaultInput } from './proxy.ts';

/** SynFlow's (Tanaka et al. 2020), which the DSS-indicator took over. */
export const oneImageOfOnes: DefaultInput = { kind: 'ones', batch: 1 };

/** The batch that TF-TAS compares proxies on (tftas.md 2), as noise. */
export const noiseBatch: DefaultInput = { kind: 'gaussian', batch: 64 };

/** As-ViT's for the kernel of gradients, one batch for all networks (asvit.md 4); there of training images. */
export const ntkBatch: DefaultInput = { kind: 'gaussian', batch: 16 };
