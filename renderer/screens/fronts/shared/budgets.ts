/** A budget in ms for each device; null is none, undefined the one that the study begins with. */
export type Budgets = Readonly<Record<string, number | null | undefined>>;

/** What a study file says about a device's latencies. */
export interface DeviceLimits {
  readonly maxMs: number | undefined;
  /** Ascending. */
  readonly budgetsMs: readonly number[];
}

/** The limits of a study's devices, in their order. `settings` is what the contract calls unknown: anything may be missing. */
export function deviceLimits(settings: unknown): DeviceLimits[] {
  const devices = (settings as { devices?: unknown } | null)?.devices;
  if (!Array.isArray(devices)) return [];
  return devices.map((device: { maxMs?: unknown; budgetsMs?: unknown } | null) => {
    const budgets: unknown[] = Array.isArray(device?.budgetsMs) ? device.budgetsMs : [];
    return {
      maxMs: typeof device?.maxMs === 'number' ? device.maxMs : undefined,
      budgetsMs: budgets.filter((one): one is number => typeof one === 'number').sort((a, b) => a - b),
    };
  });
}

/**
 * The budget to begin with: the study's own limit, or its largest budget, or a round latency just beyond everything
 * evaluated, so that the line is there to be dragged. Null while there is nothing to limit.
 */
export function initialBudget(limits: DeviceLimits | undefined, latencyMs: Float32Array): number | null {
  const own = limits?.maxMs ?? limits?.budgetsMs.at(-1);
  if (own !== undefined) return own;
  let slowest = 0;
  for (let row = 0; row < latencyMs.length; row += 1) if (latencyMs[row] > slowest) slowest = latencyMs[row];
  return slowest > 0 && slowest < Infinity ? roundedUp(slowest) : null;
}

/** The next number of two significant digits: 12.34 becomes 13. */
export function roundedUp(value: number): number {
  const step = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.ceil(value / step - 1e-9) * step).toPrecision(6));
}

/** One device's latencies and its budget in ms; null keeps everything whose latency is known. */
export interface BudgetedColumn {
  readonly latencyMs: ArrayLike<number>;
  readonly budgetMs: number | null;
}

/** 1 for every row that keeps the budget of all devices, 0 for others. A row whose latency is not known keeps no budget. */
export function withinAll(columns: readonly BudgetedColumn[], count: number): Uint8Array {
  const mask = new Uint8Array(count).fill(1);
  for (const { latencyMs, budgetMs } of columns) {
    const most = budgetMs ?? Infinity;
    for (let row = 0; row < count; row += 1) if (!(latencyMs[row] <= most)) mask[row] = 0;
  }
  return mask;
}

/** 1 for every row that keeps the budget of at least one device. */
export function withinAny(columns: readonly BudgetedColumn[], count: number): Uint8Array {
  const mask = new Uint8Array(count);
  for (const { latencyMs, budgetMs } of columns) {
    const most = budgetMs ?? Infinity;
    for (let row = 0; row < count; row += 1) if (latencyMs[row] <= most) mask[row] = 1;
  }
  return mask;
}

/** A column with NaN where the mask is 0. */
export function maskedColumn(column: Float32Array, mask: Uint8Array): Float32Array {
  const masked = new Float32Array(column.length);
  for (let row = 0; row < column.length; row += 1) masked[row] = mask[row] === 0 ? NaN : column[row];
  return masked;
}

export function countOf(mask: Uint8Array): number {
  let count = 0;
  for (let row = 0; row < mask.length; row += 1) count += mask[row];
  return count;
}
