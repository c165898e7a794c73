/** Moments of Adam for every logit. */
export interface AdamState {
  readonly step: number;
  readonly first: readonly (readonly number[])[];
  readonly second: readonly (readonly number[])[];
}

const [firstDecay, secondDecay, epsilon] = [0.9, 0.999, 1e-8];

export function initialAdam(shape: readonly (readonly unknown[])[]): AdamState {
  const zeros = () => shape.map((row) => row.map(() => 0));
  return { step: 0, first: zeros(), second: zeros() };
}

/**
 * One step of Adam (Kingma and Ba 2015) against a gradient, with PyTorch's default decays.
 * @returns the new values and moments; what is given stays as it is
 */
export function adamStep(
  values: readonly (readonly number[])[], gradient: readonly (readonly number[])[], state: AdamState, learningRate: number,
): { values: number[][]; state: AdamState } {
  const step = state.step + 1;
  const mixed = (moments: AdamState['first'], decay: number, of: (g: number) => number) =>
    moments.map((row, d) => row.map((moment, i) => decay * moment + (1 - decay) * of(gradient[d][i])));
  const first = mixed(state.first, firstDecay, (g) => g);
  const second = mixed(state.second, secondDecay, (g) => g * g);
  const moved = values.map((row, d) => row.map((value, i) => {
    const mean = first[d][i] / (1 - firstDecay ** step);
    const square = second[d][i] / (1 - secondDecay ** step);
    return value - learningRate * mean / (Math.sqrt(square) + epsilon);
  }));
  return { values: moved, state: { step, first, second } };
}
