/**
 * One regression tree of fixed depth, laid out as a complete binary tree: node `i` has the children `2i + 1` (value at
 * most the threshold) and `2i + 2`. A node that does not split has feature -1 and sends everything left.
 */
export interface Tree {
  /** Index of the feature each inner node looks at: 2^depth - 1 of them. */
  readonly feature: readonly number[];
  readonly threshold: readonly number[];
  /** What each leaf adds: 2^depth of them. */
  readonly leaf: readonly number[];
}

export interface BoostingOptions {
  readonly trees: number;
  readonly depth: number;
  /** Share of each tree's step that is taken. */
  readonly learningRate: number;
  /** A split must leave this many rows on both sides. */
  readonly minLeafRows: number;
  /** Added to a leaf's row count when averaging, so that small leaves move less. */
  readonly shrinkage: number;
}

/** Sum of the trees' leaves for one row of features. */
export function predictTrees(trees: readonly Tree[], features: readonly number[]): number {
  let sum = 0;
  for (const { feature, threshold, leaf } of trees) {
    let node = 0;
    while (node < feature.length) {
      const column = feature[node];
      node = 2 * node + (column >= 0 && features[column] > threshold[node] ? 2 : 1);
    }
    sum += leaf[node - feature.length];
  }
  return sum;
}

/**
 * Gradient boosting for squared error (Friedman, Annals of Statistics 29(5), 2001, algorithm 2): each tree is fitted
 * to what the trees before it left over. Deterministic: every row and column is looked at, ties go to the earlier one.
 * Leaves and thresholds are rounded to about five digits while boosting, so later trees correct the rounding too and
 * what is written to a file is exactly what was fitted.
 *
 * @param rows features, one row per example.
 * @param targets one per row; the mean of zero is assumed to be meaningful (there is no intercept).
 */
export function boostTrees(
  rows: readonly (readonly number[])[], targets: readonly number[], options: BoostingOptions,
): Tree[] {
  const columns = (rows[0] ?? []).map((_, j) => binned(rows.map((row) => row[j])));
  const residual = Float64Array.from(targets);
  const trees: Tree[] = [];
  for (let t = 0; t < options.trees; t++) {
    const { tree, leafOfRow } = growTree(columns, residual, options);
    if (tree.leaf.every((value) => value === 0)) break;
    trees.push(tree);
    for (let i = 0; i < residual.length; i++) residual[i] -= tree.leaf[leafOfRow[i]];
  }
  return trees;
}

interface BinnedColumn {
  /** Bin of each row. */
  readonly bins: Uint16Array;
  /** `cuts[b]` separates bin b from bin b + 1. */
  readonly cuts: readonly number[];
}

const maxBins = 128;

function binned(values: readonly number[]): BinnedColumn {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const every = Math.max(1, Math.ceil(distinct.length / maxBins));
  const cuts: number[] = [];
  for (let i = every; i < distinct.length; i += every) cuts.push(between(distinct[i - 1], distinct[i]));
  const bins = Uint16Array.from(values, (value) => {
    let low = 0;
    let high = cuts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value > cuts[middle]) low = middle + 1;
      else high = middle;
    }
    return low;
  });
  return { bins, cuts };
}

/** The shortest decimal strictly between two numbers, near their mean. */
function between(low: number, high: number): number {
  const mean = (low + high) / 2;
  for (let digits = 2; digits < 15; digits++) {
    const short = Number(mean.toPrecision(digits));
    if (short > low && short < high) return short;
  }
  return mean;
}

function growTree(columns: readonly BinnedColumn[], residual: Float64Array, options: BoostingOptions) {
  const inner = 2 ** options.depth - 1;
  const feature = new Array<number>(inner).fill(-1);
  const threshold = new Array<number>(inner).fill(0);
  const nodeOfRow = new Uint16Array(residual.length);
  for (let level = 0; level < options.depth; level++) {
    const first = 2 ** level - 1;
    const splits = bestSplits(columns, residual, nodeOfRow, first, 2 ** level, options);
    splits.forEach((split, i) => {
      if (!split) return;
      feature[first + i] = split.column;
      threshold[first + i] = columns[split.column].cuts[split.bin];
    });
    for (let row = 0; row < nodeOfRow.length; row++) {
      const split = splits[nodeOfRow[row] - first];
      const right = split && columns[split.column].bins[row] > split.bin;
      nodeOfRow[row] = 2 * nodeOfRow[row] + (right ? 2 : 1);
    }
  }
  const leafOfRow = nodeOfRow.map((node) => node - inner);
  const sums = new Float64Array(inner + 1);
  const counts = new Float64Array(inner + 1);
  leafOfRow.forEach((leaf, row) => {
    sums[leaf] += residual[row];
    counts[leaf]++;
  });
  const leaf = Array.from(sums, (sum, i) =>
    // Adding 0 turns -0, which JSON does not know, into 0.
    Math.round(1e5 * options.learningRate * sum / (counts[i] + options.shrinkage || 1)) / 1e5 + 0);
  return { tree: { feature, threshold, leaf }, leafOfRow };
}

interface Split {
  readonly column: number;
  /** Rows of this bin and below go left. */
  readonly bin: number;
}

/** For each node of a level, the split that lowers the squared error most, or undefined when none does. */
function bestSplits(
  columns: readonly BinnedColumn[], residual: Float64Array, nodeOfRow: Uint16Array, first: number, nodes: number,
  { minLeafRows, shrinkage }: BoostingOptions,
): (Split | undefined)[] {
  const best = new Array<Split | undefined>(nodes).fill(undefined);
  const bestGain = new Float64Array(nodes).fill(1e-12);
  columns.forEach(({ bins, cuts }, column) => {
    if (cuts.length === 0) return;
    const width = cuts.length + 1;
    const sums = new Float64Array(nodes * width);
    const counts = new Float64Array(nodes * width);
    for (let row = 0; row < bins.length; row++) {
      const cell = (nodeOfRow[row] - first) * width + bins[row];
      sums[cell] += residual[row];
      counts[cell]++;
    }
    for (let node = 0; node < nodes; node++) {
      const nodeSums = sums.subarray(node * width, (node + 1) * width);
      const nodeCounts = counts.subarray(node * width, (node + 1) * width);
      const sum = nodeSums.reduce((a, b) => a + b, 0);
      const count = nodeCounts.reduce((a, b) => a + b, 0);
      const parent = sum ** 2 / (count + shrinkage);
      let leftSum = 0;
      let leftCount = 0;
      for (let bin = 0; bin < cuts.length; bin++) {
        leftSum += nodeSums[bin];
        leftCount += nodeCounts[bin];
        if (leftCount < minLeafRows || count - leftCount < minLeafRows) continue;
        const gain = leftSum ** 2 / (leftCount + shrinkage)
          + (sum - leftSum) ** 2 / (count - leftCount + shrinkage) - parent;
        if (gain > bestGain[node]) {
          bestGain[node] = gain;
          best[node] = { column, bin };
        }
      }
    }
  });
  return best;
}
