import { partNames } from './architecture.ts';
import type { ElasticVitArchitecture } from './architecture.ts';
import { fullChoices, miniChoices } from './choices.ts';
import type { ElasticVitChoices } from './choices.ts';
import { composeArchitecture, largestArchitecture, smallestArchitecture } from './variation.ts';

/** A network in the order of the papers' tables: all widths, all depths, ... */
interface Row {
  readonly resolution: number;
  /** Stem, C1, C2, T1 to T4. */
  readonly widths: readonly number[];
  /** Stem, C1, C2, T1 to T4. */
  readonly depths: readonly number[];
  /** C1, C2. */
  readonly expandRatios: readonly number[];
  /** Stem, C1, C2. */
  readonly kernels: readonly number[];
  /** T1 to T4. */
  readonly mlpRatios: readonly number[];
  /** T1 to T4. */
  readonly valueRatios?: readonly number[];
}

function fromRow(choices: ElasticVitChoices, row: Row): ElasticVitArchitecture {
  const { resolution, widths, depths, expandRatios, kernels, mlpRatios, valueRatios = [2, 2, 2, 2] } = row;
  return composeArchitecture(choices, resolution, widths, (part, name) => {
    const index = partNames.indexOf(part);
    switch (name) {
      case 'depth': return depths[index];
      case 'kernel': return kernels[index];
      case 'expandRatio': return expandRatios[index - 1];
      case 'mlpRatio': return mlpRatios[index - 3];
      default: return valueRatios[index - 3];
    }
  });
}

/** elasticvit.md 2: the networks the authors released, found by their search. */
const releasedRows: Readonly<Record<string, Row>> = {
  T1: { resolution: 128, widths: [16, 24, 32, 64, 96, 176, 272], depths: [1, 2, 3, 1, 1, 1, 1],
    expandRatios: [3, 3], kernels: [3, 3, 3], mlpRatios: [2, 2, 3, 4] },
  T2: { resolution: 160, widths: [16, 24, 40, 48, 96, 176, 256], depths: [1, 2, 3, 1, 1, 2, 2],
    expandRatios: [3, 3], kernels: [3, 3, 3], mlpRatios: [3, 4, 3, 2] },
  S1: { resolution: 192, widths: [16, 24, 40, 64, 96, 192, 272], depths: [1, 3, 3, 2, 2, 2, 2],
    expandRatios: [3, 3], kernels: [3, 3, 3], mlpRatios: [2, 2, 3, 4] },
  S2: { resolution: 224, widths: [16, 24, 48, 64, 96, 192, 256], depths: [1, 3, 3, 2, 2, 2, 2],
    expandRatios: [3, 3], kernels: [3, 3, 3], mlpRatios: [2, 2, 2, 4] },
  M: { resolution: 224, widths: [16, 32, 48, 64, 96, 192, 288], depths: [1, 3, 5, 2, 2, 2, 2],
    expandRatios: [3, 3], kernels: [5, 3, 3], mlpRatios: [2, 4, 4, 5] },
  L1: { resolution: 256, widths: [16, 24, 40, 64, 96, 192, 320], depths: [1, 3, 3, 2, 2, 2, 2],
    expandRatios: [3, 6], kernels: [5, 5, 5], mlpRatios: [4, 3, 4, 4] },
  'L1.5': { resolution: 256, widths: [16, 24, 48, 64, 96, 256, 320], depths: [2, 4, 4, 2, 2, 2, 2],
    expandRatios: [3, 4], kernels: [3, 3, 5], mlpRatios: [4, 5, 3, 5] },
  L2: { resolution: 256, widths: [16, 24, 40, 80, 128, 256, 304], depths: [1, 3, 4, 2, 2, 2, 2],
    expandRatios: [6, 6], kernels: [3, 3, 3], mlpRatios: [3, 2, 3, 5], valueRatios: [2, 2, 2, 3] },
  L3: { resolution: 256, widths: [16, 32, 48, 80, 128, 256, 320], depths: [1, 3, 4, 2, 2, 2, 2],
    expandRatios: [5, 5], kernels: [5, 3, 5], mlpRatios: [4, 4, 3, 5] },
};

/** elasticvit.md 4: the larger two of the three smallest subnets that training keeps in step with (`min` is the first). */
const smallestSubnetRows: Readonly<Record<string, Row>> = {
  'hss-160m': { resolution: 176, widths: [16, 24, 32, 48, 96, 176, 224], depths: [1, 3, 3, 2, 2, 2, 2],
    expandRatios: [3, 3], kernels: [3, 3, 3], mlpRatios: [2, 3, 2, 2] },
  'hss-289m': { resolution: 224, widths: [16, 24, 32, 64, 96, 192, 256], depths: [1, 3, 3, 2, 2, 2, 2],
    expandRatios: [3, 3], kernels: [3, 3, 3], mlpRatios: [2, 2, 2, 2] },
};

/** Two networks of our own, for examples: one for images as small as CIFAR's, one that sees them enlarged. */
const miniRows: Readonly<Record<string, Row>> = {
  small: { resolution: 32, widths: [16, 16, 24, 32, 48, 64, 80], depths: [1, 1, 2, 1, 1, 1, 1],
    expandRatios: [3, 3], kernels: [3, 3, 3], mlpRatios: [2, 2, 2, 2], valueRatios: [1, 2, 2, 2] },
  medium: { resolution: 48, widths: [16, 16, 32, 32, 48, 64, 112], depths: [1, 2, 2, 1, 2, 2, 2],
    expandRatios: [3, 3], kernels: [3, 3, 3], mlpRatios: [2, 2, 3, 3], valueRatios: [1, 2, 2, 2] },
};

function networksOf(choices: ElasticVitChoices, rows: Readonly<Record<string, Row>>) {
  const named = Object.entries(rows).map(([name, row]) => [name, fromRow(choices, row)]);
  return Object.freeze({
    ...Object.fromEntries(named) as Record<string, ElasticVitArchitecture>,
    min: smallestArchitecture(choices),
    max: largestArchitecture(choices),
  });
}

export const fullNetworks = networksOf(fullChoices, { ...releasedRows, ...smallestSubnetRows });
export const miniNetworks = networksOf(miniChoices, miniRows);
