import type { DeviceModel } from '../../latency/deviceModel.ts';
import { targetDifferences } from '../../latency/measurements/target.ts';
import { InputError } from '../../base/errors.ts';
import { loadDevice } from '../../latency/devices.ts';
import { modelVersions } from '../devices/modelVersions.ts';
import { sessionsOf } from './refitOwn.ts';

export interface NewerModel {
  readonly name: string;
  readonly title: string;
  readonly path: string;
}

/**
 * The latest refit of a model: one that lies beside it, is of the same target, and knows all sessions that the model knows
 * and more. What a file is called does not make it newer.
 * @param path of the model's own file; models that ship are refitted nowhere
 */
export function newerModel(model: DeviceModel, path: string | undefined): NewerModel | undefined {
  const { target } = model;
  if (path === undefined || target === undefined) return undefined;
  const known = sessionsOf(model);
  for (const each of modelVersions(path).reverse()) {
    const other = readable(each);
    if (other?.target === undefined || targetDifferences(target, other.target).length > 0) continue;
    const sessions = sessionsOf(other);
    if (measured(other) > measured(model) && [...known].every((session) => sessions.has(session))) return { name: other.name, title: other.device.title, path: each };
  }
  return undefined;
}

const measured = ({ measurements: { networks, blocks } }: DeviceModel) => networks + blocks;

/** A damaged refit is no newer model; whoever opens it hears what is wrong. */
function readable(path: string): DeviceModel | undefined {
  try {
    return loadDevice(path);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
