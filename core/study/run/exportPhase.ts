import { join } from 'node:path';
import { CancelledError } from '../../base/errors.ts';
import { exportNetwork } from '../../export/exportNetwork.ts';
import { frontSubset } from '../../search/frontSubset.ts';
import type { FrontEntry, SearchResult } from '../../search/result.ts';
import type { SubnetEvaluator } from '../../training/supernet/evaluator.ts';
import { pocketformerVersion } from '../studyInfo.ts';
import type { ExportedModel } from '../summary.ts';
import { beginPhase } from './beginPhase.ts';
import type { RunContext } from './context.ts';
import { safePoint, workedMs } from './hooks.ts';

/** Writes the ONNX files that each device's front is best represented by; one file serves all devices that want it. */
export async function exportPhase(context: RunContext, evaluator: SubnetEvaluator, result: SearchResult): Promise<ExportedModel[]> {
  const { study, hooks, engine, space, data, normalisation } = context;
  const wanted = chosenEntries(result, study.settings.export.perDevice);
  const exported: ExportedModel[] = [];
  const startedMs = workedMs(hooks);
  beginPhase(context, 'export', { totalSteps: wanted.length });
  for (const { entry, devices } of wanted) {
    const network = space.lower(space.parse(entry.arch), { classes: data.classes.length });
    const weights = evaluator.extract(network);
    const accuracy = evaluator.accuracy(weights);
    const path = `models/${entry.id}.onnx`;
    const report = await exportNetwork({
      weights, engine, out: join(study.directory, path), batch: 'dynamic', seed: study.settings.seed,
      version: pocketformerVersion(), architecture: entry.arch, classNames: data.classes, normalisation,
      study: study.settings.name, writeFile: (to, bytes) => study.writeFile(to, bytes),
    });
    exported.push({
      path, devices, id: entry.id, key: entry.key, accuracy, sizeBytes: report.sizeBytes, relativeDiff: report.relativeDiff,
    });
    study.events.append({
      kind: 'exported', path, device: devices.join(', '), arch: entry.arch, sizeBytes: report.sizeBytes, accuracy,
      maxAbsDiff: report.maxAbsDiff,
    });
    hooks.onProgress?.({ phase: 'export', done: exported.length, total: wanted.length, unit: 'models' });
    await safePoint(hooks);
    if (hooks.signal?.aborted) throw new CancelledError();
  }
  study.events.append({ kind: 'phase-finished', phase: 'export', seconds: (workedMs(hooks) - startedMs) / 1000 });
  return exported;
}

interface Wanted {
  readonly entry: FrontEntry;
  readonly devices: string[];
}

function chosenEntries(result: SearchResult, perDevice: number): Wanted[] {
  const wanted = new Map<string, Wanted>();
  for (const { device, front, referencePoint } of result.devices) {
    for (const entry of frontSubset(front, perDevice, referencePoint)) {
      const known = wanted.get(entry.key);
      if (known) known.devices.push(device);
      else wanted.set(entry.key, { entry, devices: [device] });
    }
  }
  return [...wanted.values()];
}
