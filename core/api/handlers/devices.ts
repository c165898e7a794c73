import { InputError } from '../../base/errors.ts';
import { listDevices, loadDevice } from '../../latency/devices.ts';
import type { DeviceModel, Evaluation } from '../../latency/deviceModel.ts';
import { modelState } from '../../study/checks/modelState.ts';
import { newerModel } from '../../study/checks/newerModel.ts';
import { freshChecks } from '../../study/checks/refitOwn.ts';
import { ownDevices } from '../../study/devices/deviceFolders.ts';
import type { OutputOf } from '../contract/contract.ts';
import type { Device } from '../contract/types.ts';

/** The device models that come with the program, and those calibrated in a library whose files can be read. */
export function describeDevices(library: string): Device[] {
  return [...listDevices().map(({ name, path }) => deviceOf(loadDevice(name), path, true)), ...ownDevices(library).flatMap(({ path }) => ownDevice(path))];
}

/** None where the file is damaged: its calibration says so, and the others are not hidden. */
function ownDevice(path: string): Device[] {
  try {
    return [deviceOf(loadDevice(path), path, false)];
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}

/** One device model with what it was measured on. @param device name, or path of a file. @throws InputError as loadDevice */
export function describeDevice(device: string): OutputOf<'devices.get'> {
  const model = loadDevice(device);
  const listed = listDevices().find(({ name }) => name === device);
  return {
    device: deviceOf(model, listed?.path ?? device, listed !== undefined),
    ranges: Object.entries(model.kinds).map(([kind, entry]) => {
      if (entry === undefined) throw new InputError('invalid-device-model', `${device}: the kind ${kind} is empty.`);
      return {
        kind, measuredBlocks: entry.measuredBlocks,
        features: Object.entries(entry.ranges).map(([name, [min, max]]) => ({ name, min, max })),
      };
    }),
    heldOut: model.heldOut === undefined ? null : {
      title: model.heldOut.title,
      measuredMs: Float32Array.from(model.heldOut.pairs, ([measured]) => measured),
      predictedMs: Float32Array.from(model.heldOut.pairs, ([, predicted]) => predicted),
    },
  };
}

function deviceOf(model: DeviceModel, path: string, shipped: boolean): Device {
  const { name, device, runtime, measurements, speaksFor, evaluations, baselines, interval } = model;
  const { source, notes, blocks, networks } = measurements;
  const own = shipped ? undefined : path;
  const { verdict, text } = modelState(model, own);
  return {
    name, title: device.title, systemOnChip: device.systemOnChip ?? null, path, shipped,
    runtime: { name: runtime.name, processor: runtime.processor, precision: runtime.precision, threads: runtime.threads, notes: runtime.notes },
    measurements: { source, notes, blocks, networks, measuredOn: measurements.measuredOn ?? null, minutes: measurements.minutes ?? null },
    state: { verdict, text }, fresh: freshChecks(model, own), newer: newerModel(model, own) ?? null, speaksFor: [...speaksFor], evaluations: evaluations.map(evaluationOf), baselines: baselines.map(evaluationOf),
    interval: { coverage: interval.coverage, observedCoverage: interval.observedCoverage, halfWidthPercent: 100 * (Math.exp(interval.logHalfWidth) - 1) },
  };
}

const evaluationOf = ({ title, errors }: Evaluation) => ({ title, errors: { ...errors, withinPercent: { ...errors.withinPercent } } });
