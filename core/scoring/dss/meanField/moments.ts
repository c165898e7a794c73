import { blockParameters, type Parameter } from '../../../network/blockGraph.ts';
import type { Block } from '../../../network/blocks.ts';
import { shapeKey } from '../fast/shapeKey.ts';
import { alwaysAbsolute, type WeightSigns } from '../terms.ts';

/** What the numbers of a parameter are expected to be when they are drawn. */
export interface Moments {
  readonly mean: number;
  readonly variance: number;
  /** Of their magnitudes. */
  readonly meanMagnitude: number;
}

export type BlockMoments = Readonly<Record<string, Moments>>;

const known: Readonly<Record<WeightSigns, Map<string, BlockMoments>>> = { absolute: new Map(), signed: new Map() };

/** Moments of a block's fresh parameters by name, as the network runs with them. */
export function blockMoments(block: Block, signs: WeightSigns): BlockMoments {
  const key = `${block.type} ${shapeKey(block)}`;
  let moments = known[signs].get(key);
  if (!moments) {
    moments = Object.fromEntries(blockParameters(block).map((parameter) =>
      [parameter.name, momentsOf(parameter, signs === 'absolute' || alwaysAbsolute.has(parameter.name))]));
    known[signs].set(key, moments);
  }
  return moments;
}

function momentsOf({ init, shape, inputs }: Parameter, absolute: boolean): Moments {
  const drawn = (meanMagnitude: number, square: number): Moments =>
    absolute ? { mean: meanMagnitude, variance: square - meanMagnitude ** 2, meanMagnitude } : { mean: 0, variance: square, meanMagnitude };
  const normal = (deviation: number) => drawn(deviation * Math.sqrt(2 / Math.PI), deviation ** 2);
  switch (init) {
    case 'zeros': return drawn(0, 0);
    case 'ones': return { mean: 1, variance: 0, meanMagnitude: 1 };
    case 'smallNormal': return normal(0.02);
    case 'standardNormal': return normal(1);
    // Cut at two deviations: E |x| and E x^2 of the normal distribution's middle.
    case 'truncatedNormal': return drawn(0.02 * Math.sqrt(2 / Math.PI) * (1 - Math.exp(-2)) / middle, 0.02 ** 2 * (1 - 4 * Math.exp(-2) / Math.sqrt(2 * Math.PI) / middle));
    case 'fanIn': {
      const bound = 1 / Math.sqrt(inputs ?? (shape.length === 4 ? shape[1] * shape[2] * shape[3] : shape[0]));
      return drawn(bound / 2, bound ** 2 / 3);
    }
  }
}

/** Share of the normal distribution within two deviations. */
const middle = 0.954499736103642;
