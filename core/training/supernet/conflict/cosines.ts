/** A subnet's gradient at those of the sampled parameters that the subnet has. */
export interface SampledGradient {
  /** In the sample; each at most once. */
  readonly places: Uint32Array;
  /** One for each place. */
  readonly values: Float32Array;
}

/**
 * Cosine of the angle between every two gradients over the weights that both subnets have, the norms taken there too:
 * 1 where they pull the same way, below 0 where each undoes the other. NaN where two subnets share nothing, or where a
 * gradient is zero on what they share.
 * @param places of the sample
 * @returns symmetric, [gradients][gradients]
 */
export function gradientCosines(gradients: readonly SampledGradient[], places: number): number[][] {
  const cosines = gradients.map(() => new Array<number>(gradients.length).fill(NaN));
  const bySize = [...gradients.keys()].sort((a, b) => gradients[b].places.length - gradients[a].places.length);
  // What the larger of two subnets does not have is NaN.
  const larger = new Float32Array(places);
  for (const [rank, i] of bySize.entries()) {
    larger.fill(NaN);
    spreadOut(gradients[i], larger);
    for (const j of bySize.slice(rank)) cosines[i][j] = cosines[j][i] = sharedCosine(larger, gradients[j]);
  }
  return cosines;
}

function spreadOut({ places, values }: SampledGradient, into: Float32Array): void {
  for (let k = 0; k < places.length; k++) into[places[k]] = values[k];
}

function sharedCosine(larger: Float32Array, { places, values }: SampledGradient): number {
  let product = 0;
  let firstSquares = 0;
  let secondSquares = 0;
  for (let k = 0; k < places.length; k++) {
    const first = larger[places[k]];
    if (Number.isNaN(first)) continue;
    const second = values[k];
    product += first * second;
    firstSquares += first * first;
    secondSquares += second * second;
  }
  return product / Math.sqrt(firstSquares * secondSquares);
}
