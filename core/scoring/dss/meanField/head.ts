import type { TokenHeadBlock, TokenPoolBlock } from '../../../network/blocks.ts';
import { sharesOfPooled } from '../classes/pooling.ts';
import type { ExpectedOperation } from './flow.ts';
import { expectedNorm } from './norm.ts';
import { weighted } from './products.ts';

export const head: ExpectedOperation<TokenHeadBlock | TokenPoolBlock> = ({ moments, input }, block, tokens) => {
  const { channels } = tokens;
  const norm = expectedNorm(tokens, block.type === 'tokenHead' && block.norm ? block : { normEpsilon: 0, withoutNorm: true });
  const shares = Float64Array.from(sharesOfPooled(block.pool, input));
  return {
    tokens: { channels: 0, means: new Float64Array(0), products: new Float64Array(0) },
    backward: () => weighted(new Float64Array(shares.length ** 2).fill(squareOfPooled()), shares.map((share, i) => share * norm.factors[i])),
  };

  /** The square of the gradient of the sum of all results by what the classifier reads; a part that all channels share has no effect on norms. */
  function squareOfPooled(): number {
    if (block.type === 'tokenPool') return channels;
    const { mean, variance } = moments['classifier.weight'];
    const ofClassifier = block.classes * variance;
    if (block.features === undefined) return channels * ofClassifier;
    // Fresh features are small, so that the hyperbolic tangent is nearly the identity.
    return channels * block.features * moments['features.weight'].variance * (ofClassifier + (block.classes * mean) ** 2);
  }
};
