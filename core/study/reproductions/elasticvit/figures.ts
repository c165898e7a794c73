/** Figures of ElasticViT (Tang et al., ICCV 2023), as its poster and abstract give them. */

/** ImageNet top-1 of the released networks in % (T1 and L3: abstract; the others: poster, in the order of its row of MACs). */
export const publishedTop1: Readonly<Record<string, number>> = {
  T1: 67.2, T2: 73.8, S1: 77.2, S2: 78.6, M: 79.1, L1: 79.4, 'L1.5': 79.6, L2: 79.8, L3: 80.0,
};

/** Measured by the authors, in ms (poster, transfer table; the phone is a Pixel 4, see the abstract's 2.62x). */
export const publishedPixel4Ms: Readonly<Record<string, number>> = { S1: 21.0, S2: 29.6, M: 37.5 };

/** Sums of the blocks that the authors measured, in ms, with the grids that the networks really have (sizes rounded up). */
export const sumsOfMeasuredBlocksMs: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  pixel4: { T1: 6.82, T2: 11.85, S1: 21.10, S2: 30.94, M: 38.80, L1: 53.06, 'L1.5': 60.11, L2: 68.63, L3: 78.85 },
  pixel6: { T1: 4.44, T2: 7.62, S1: 13.58, S2: 19.67, M: 25.02, L1: 34.23, 'L1.5': 38.89, L2: 43.86, L3: 50.62 },
  xiaomi11: { T1: 6.32, T2: 11.73, S1: 20.81, S2: 30.06, M: 38.99, L1: 52.45, 'L1.5': 60.70, L2: 68.28, L3: 79.36 },
};

/** Top-1 in % of the best architecture that the authors' search found within a latency (poster, figure 5). */
export const publishedTop1Within: Readonly<Record<string, readonly { readonly ms: number; readonly elasticVit: number; readonly onceForAll: number | undefined }[]>> = {
  pixel4: [
    { ms: 10, elasticVit: 73.8, onceForAll: 73.2 }, { ms: 15, elasticVit: 76.0, onceForAll: 75.1 }, { ms: 20, elasticVit: 77.2, onceForAll: 75.6 },
    { ms: 25, elasticVit: 77.7, onceForAll: 76.2 }, { ms: 30, elasticVit: 78.6, onceForAll: 76.8 }, { ms: 35, elasticVit: 79.1, onceForAll: 77.1 },
  ],
  pixel6: [
    { ms: 7, elasticVit: 73.8, onceForAll: undefined }, { ms: 10, elasticVit: 76.3, onceForAll: 75.3 }, { ms: 15, elasticVit: 77.6, onceForAll: 76.2 },
    { ms: 20, elasticVit: 78.6, onceForAll: 76.8 }, { ms: 25, elasticVit: 79.1, onceForAll: 77.1 }, { ms: 30, elasticVit: 79.4, onceForAll: 77.3 },
  ],
  xiaomi11: [
    { ms: 10, elasticVit: 75.2, onceForAll: 74.2 }, { ms: 15, elasticVit: 76.7, onceForAll: 75.3 }, { ms: 20, elasticVit: 77.2, onceForAll: 76.4 },
    { ms: 25, elasticVit: 78.3, onceForAll: 76.9 }, { ms: 30, elasticVit: 78.9, onceForAll: 77.2 }, { ms: 35, elasticVit: 79.1, onceForAll: 77.3 },
  ],
};
