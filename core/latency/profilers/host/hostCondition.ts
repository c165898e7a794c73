import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Condition } from '../../measurements/record.ts';

const processorZone = /^(x86_pkg_temp|coretemp|k10temp|.*(cpu|soc|pkg).*)$/i;

/**
 * What Linux tells of its sensors and battery; nothing elsewhere, and nothing for what a machine does not have.
 * @param root where the system's files are
 */
export function hostCondition(root = '/sys/class'): Condition {
  const processor = foldersIn(join(root, 'thermal'))
    .filter((zone) => processorZone.test(text(join(zone, 'type')) ?? ''))
    .map((zone) => number(join(zone, 'temp')))
    .filter((value) => value !== undefined && value > 0 && value < 150_000) as number[];
  const battery = foldersIn(join(root, 'power_supply')).find((supply) => text(join(supply, 'type')) === 'Battery');
  const percent = battery === undefined ? undefined : number(join(battery, 'capacity'));
  const status = battery === undefined ? undefined : text(join(battery, 'status'));
  return {
    ...(processor.length > 0 && { processorTemperatureC: Math.max(...processor) / 1000 }),
    ...(percent !== undefined && percent >= 0 && percent <= 100 && { batteryPercent: percent }),
    ...(status !== undefined && { isCharging: status === 'Charging' }),
  };
}

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path).map((name) => join(path, name));
  } catch {
    return [];
  }
}

function text(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function number(path: string): number | undefined {
  const value = Number(text(path) ?? NaN);
  return Number.isFinite(value) ? value : undefined;
}
