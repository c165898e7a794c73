export interface CosineSchedule {
  readonly steps: number;
  readonly warmupSteps: number;
  readonly learningRate: number;
  readonly minLearningRate: number;
}

/** Learning rate of step `step` (from 0): linear warm-up, then half a cosine (Loshchilov and Hutter 2017). */
export function learningRateAt(step: number, schedule: CosineSchedule): number {
  const { steps, warmupSteps, learningRate, minLearningRate } = schedule;
  if (step < warmupSteps) return learningRate * (step + 1) / warmupSteps;
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps));
  return minLearningRate + (learningRate - minLearningRate) * (1 + Math.cos(Math.PI * progress)) / 2;
}
