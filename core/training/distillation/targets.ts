import type { DistillationSettings } from './settings.ts';

/**
 * What a student learns from its teachers: the mean of softmax(logits / temperature) over the teachers
 * (elasticvit.md section 3). Only differences within a row of logits count.
 * @param logits of each teacher, [batch, classes]
 * @returns [batch, classes], rows sum to 1
 */
export function teacherTargets(logits: readonly Float32Array[], classes: number, temperature: number): Float32Array {
  if (logits.length === 0) throw new RangeError('There are no targets without a teacher.');
  const targets = new Float32Array(logits[0].length);
  for (const each of logits) {
    if (each.length !== targets.length) throw new RangeError('The teachers have answered different numbers of images.');
    for (let start = 0; start < each.length; start += classes) addSoftmax(each, start, classes, temperature, 1 / logits.length, targets);
  }
  return targets;
}

function addSoftmax(logits: Float32Array, start: number, classes: number, temperature: number, share: number, targets: Float32Array): void {
  let largest = -Infinity;
  for (let i = start; i < start + classes; i++) largest = Math.max(largest, logits[i]);
  let sum = 0;
  for (let i = start; i < start + classes; i++) sum += Math.exp((logits[i] - largest) / temperature);
  for (let i = start; i < start + classes; i++) targets[i] += share * Math.exp((logits[i] - largest) / temperature) / sum;
}

/**
 * Targets of labels and teachers together: labelShare * labels + (1 - labelShare) * teachers. Cross-entropy is linear in
 * its target, so this is labelShare times the loss of the labels plus the rest times that of the teachers.
 * @param labels as distributions, [batch, classes]
 * @param teachers undefined where there is none: the labels alone then
 */
export function withLabels(labels: Float32Array, teachers: Float32Array | undefined, labelShare: number): Float32Array {
  if (teachers === undefined || labelShare === 1) return labels;
  if (labelShare === 0) return teachers;
  return labels.map((label, i) => labelShare * label + (1 - labelShare) * teachers[i]);
}

/** Weight of the labels: as set, or 1 without teachers, 0.5 with one and 0 with several, as the ElasticViT release has it. */
export function labelShareOf({ teachers, labelShare }: Pick<DistillationSettings, 'teachers' | 'labelShare'>): number {
  if (teachers.length === 0) return 1;
  return labelShare ?? (teachers.length === 1 ? 0.5 : 0);
}
