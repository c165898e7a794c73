import { InputError } from '../base/errors.ts';
import { networkParams } from '../network/blockGraph.ts';
import { networkMacs } from '../network/counts.ts';
import type { SearchSpace } from '../spaces/space.ts';
import type { Objective } from './objective.ts';
import type { SearchSettings } from './settings.ts';

/** A predicted latency with the interval that the device model claims for it. */
export interface LatencyInterval {
  readonly latencyMs: number;
  readonly lowMs: number;
  readonly highMs: number;
}

export interface TargetDevice {
  readonly name: string;
  /** The longest latency that is of any use on this device; without it every latency is. */
  readonly maxMs?: number;
}

/** What is searched and for whom. Nothing here changes during a search, and none of it is part of its state. */
export interface SearchProblem<A> {
  readonly space: SearchSpace<A>;
  readonly devices: readonly TargetDevice[];
  readonly objective: Objective;
  /** The number of classes that networks tell apart; guessing has an accuracy of one over it. */
  readonly classes: number;
  /** Predicted latencies of an architecture, one for each device in the order of `devices`. Must be deterministic. */
  predict(arch: A): readonly LatencyInterval[];
  /** MACs of an architecture when they are not those of `space.lower(arch)`, for instance at another resolution. */
  countMacs?(arch: A): number;
  /** Trainable parameters, where they are known without lowering the architecture. */
  countParams?(arch: A): number;
  /**
   * Architectures to begin with, by where they come from and best first. They enter initial populations ahead of those
   * that are spread over the latency range; each source may take half of the places that are left, so that at least a
   * part is always spread. Those that no budget lets through, or that come twice, are passed over. A search that was
   * stored and goes on over further latency windows needs the same ones again.
   */
  readonly firstCandidates?: readonly (readonly A[])[];
}

/** The latency window of one step of the `budget` selection. */
export interface BudgetWindow {
  /** Index into the devices. */
  readonly device: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The latency of one device that constraints look at. */
export function constrainedMs(latencies: readonly LatencyInterval[], device: number, settings: SearchSettings): number {
  return latencies[device][settings.constrain];
}

/** True when the device's own budget, if it has one, is kept. */
export function fitsDevice(
  devices: readonly TargetDevice[],
  settings: SearchSettings,
  latencies: readonly LatencyInterval[],
  device: number,
): boolean {
  const { maxMs } = devices[device];
  return maxMs === undefined || constrainedMs(latencies, device, settings) <= maxMs;
}

/**
 * Whether an architecture is worth evaluating: inside the window when there is one, otherwise within the budget of at
 * least one device, since one value serves them all.
 */
export function isCandidate(
  devices: readonly TargetDevice[],
  settings: SearchSettings,
  latencies: readonly LatencyInterval[],
  window: BudgetWindow | undefined,
): boolean {
  if (window) {
    const ms = constrainedMs(latencies, window.device, settings);
    return ms >= window.fromMs && ms <= window.toMs && fitsDevice(devices, settings, latencies, window.device);
  }
  return devices.some((_, device) => fitsDevice(devices, settings, latencies, device));
}

/** The windows of the `budget` selection in the order of the devices, or, for the others, one undefined: no window. */
export function budgetWindows(
  devices: readonly TargetDevice[],
  settings: SearchSettings,
): readonly (BudgetWindow | undefined)[] {
  if (settings.selection !== 'budget') return [undefined];
  return devices.flatMap(({ name }, device) =>
    (settings.budgetsMs[name] ?? []).map((fromMs) => ({ device, fromMs, toMs: fromMs + settings.budgetWidthMs })));
}

/**
 * Predictions of one architecture, checked.
 * @throws InputError `invalid-prediction` when a device model gives no usable number.
 */
export function predictLatencies<A>(problem: SearchProblem<A>, arch: A): readonly LatencyInterval[] {
  const latencies = problem.predict(arch);
  for (const [device, { name }] of problem.devices.entries()) {
    const { latencyMs, lowMs, highMs } = latencies[device] ?? {};
    if (!(latencyMs > 0 && Number.isFinite(latencyMs) && lowMs <= latencyMs && latencyMs <= highMs)) {
      throw new InputError('invalid-prediction', `The device model "${name}" predicts ${latencyMs} ms `
        + `[${lowMs}, ${highMs}] for ${problem.space.key(arch)}; a positive latency inside its interval is needed.`);
    }
  }
  return latencies.map(({ latencyMs, lowMs, highMs }) => ({ latencyMs, lowMs, highMs }));
}

export function countMacs<A>(problem: SearchProblem<A>, arch: A): number {
  return problem.countMacs?.(arch) ?? networkMacs(problem.space.lower(arch, { classes: problem.classes }));
}

export function countParams<A>(problem: SearchProblem<A>, arch: A): number {
  return problem.countParams?.(arch) ?? networkParams(problem.space.lower(arch, { classes: problem.classes }));
}

/**
 * Checks that devices and settings belong together.
 * @throws InputError naming the field and what is accepted.
 */
export function checkProblem<A>(problem: SearchProblem<A>, settings: SearchSettings): void {
  const names = problem.devices.map(({ name }) => name);
  if (names.length === 0) throw new InputError('no-devices', 'A search needs at least one device.');
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new InputError('duplicate-device', `The device "${twice}" is listed twice.`);
  for (const { name, maxMs } of problem.devices) {
    if (maxMs !== undefined && !(maxMs > 0)) {
      throw new InputError('invalid-budget', `The budget of ${name} is ${maxMs} ms; it must be above 0.`);
    }
  }
  if (settings.algorithm !== 'evolution' && settings.selection !== 'pareto') {
    throw new InputError('invalid-settings', `selection "${settings.selection}" belongs to the algorithm "evolution"; `
      + `"${settings.algorithm}" looks at all latencies at once ("pareto").`);
  }
  if (settings.algorithm === 'evolution' && settings.generations > 0 && settings.mutations + settings.crossovers === 0) {
    throw new InputError('invalid-settings',
      'mutations and crossovers are both 0, so later generations would be empty; set one of them, or generations to 0.');
  }
  checkWindows(problem.devices, settings);
}

function checkWindows(devices: readonly TargetDevice[], settings: SearchSettings): void {
  const given = Object.keys(settings.budgetsMs);
  if (settings.selection !== 'budget') {
    if (given.length > 0) {
      throw new InputError('invalid-settings',
        `budgetsMs belongs to selection "budget"; with "${settings.selection}" give each device a maxMs instead.`);
    }
    return;
  }
  const names = devices.map(({ name }) => name);
  const unknown = given.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new InputError('unknown-device',
      `budgetsMs names "${unknown}", which is not searched for; devices: ${names.join(', ')}.`);
  }
  if (given.length === 0) {
    throw new InputError('invalid-settings', `Selection "budget" needs budgetsMs, for instance {${names[0]}: [10, 20]}.`);
  }
  for (const { name, maxMs } of devices) {
    const above = settings.budgetsMs[name]?.find((budget) => maxMs !== undefined && budget > maxMs);
    if (above !== undefined) {
      throw new InputError('invalid-budget', `budgetsMs asks for ${above} ms on ${name}, above its maxMs of ${maxMs}.`);
    }
  }
}
