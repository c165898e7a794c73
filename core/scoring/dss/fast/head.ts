import type { TokenHeadBlock, TokenPoolBlock } from '../../../network/blocks.ts';
import { sharesOfPooled } from '../classes/pooling.ts';
import type { Operation } from './group.ts';
import { normaliseRows } from './norm.ts';
import type { BlockShare } from './shares.ts';

type HeadBlock = TokenHeadBlock | TokenPoolBlock;

/** Classifier on the class token or on the mean of the map's tokens, or only that. The sum of its results is where gradients start. */
export const head: Operation<HeadBlock> = (group, block, x) => {
  const { device: { arena }, members, rows } = group;
  const length = block.input.channels;
  const norm = normaliseRows(group, block.type === 'tokenHead' && block.norm ? block : { normEpsilon: 0, withoutNorm: true }, { address: x, side: 'input', length });
  return {
    y: arena.allocate(0),
    backward() {
      const gradient = arena.allocate(rows * length);
      const [tokens, gradients] = [arena.view(norm.y.address, rows * length), arena.view(gradient, rows * length)];
      for (const { firstRow, reduced: { input } } of members) {
        const shares = sharesOfPooled(block.pool, input);
        const ofPooled = gradientOfPooled(group.share, block, () => pooled(tokens.subarray(firstRow * length), shares, length));
        shares.forEach((share, i) => {
          for (let k = 0; k < length; k++) gradients[(firstRow + i) * length + k] = share * ofPooled[k];
        });
      }
      const dx = norm.backward(gradient);
      arena.free(gradient);
      norm.dispose();
      return dx.address;
    },
  };
};

function pooled(tokens: Float32Array, shares: readonly number[], length: number): Float64Array {
  return Float64Array.from({ length }, (_, k) => shares.reduce((sum, share, i) => sum + share * tokens[i * length + k], 0));
}

/** The gradient of the sum of all results. @param pooledToken what the classifier reads, asked for where the gradient depends on it */
function gradientOfPooled(share: BlockShare, block: HeadBlock, pooledToken: () => Float64Array): Float64Array {
  if (block.type === 'tokenPool') return new Float64Array(block.input.channels).fill(1);
  const ofClassifier = share.remember('sum of classes', () => sumOfColumns(share, 'classifier.weight'));
  if (block.features === undefined) return ofClassifier;
  // Tanh of a linear layer in between.
  const token = pooledToken();
  const [weight, bias] = ['features.weight', 'features.bias'].map((name) => share.remember(name, () => share.read(name)));
  const features = Float64Array.from(bias);
  for (let i = 0; i < token.length; i++) for (let j = 0; j < features.length; j++) features[j] += token[i] * weight[i * features.length + j];
  const slopes = features.map((value, j) => (1 - Math.tanh(value) ** 2) * ofClassifier[j]);
  return token.map((_, i) => slopes.reduce((sum, slope, j) => sum + slope * weight[i * slopes.length + j], 0));
}

function sumOfColumns(share: BlockShare, name: string): Float64Array {
  const [rows, columns] = share.shape(name);
  const weight = share.read(name);
  return Float64Array.from({ length: rows }, (_, i) => weight.subarray(i * columns, (i + 1) * columns).reduce((sum, value) => sum + value, 0));
}
