import { join } from 'node:path';
import { CancelledError } from '../../base/errors.ts';
import type { Engine } from '../../engine/engine.ts';
import { exportNetwork } from '../../export/exportNetwork.ts';
import type { Provenance } from '../../export/metadata.ts';
import type { Weights } from '../../model/weights.ts';
import type { Network } from '../../network/network.ts';
import { frontSubset } from '../../search/frontSubset.ts';
import type { FrontEntry, SearchResult } from '../../search/result.ts';
import { pocketformerVersion } from '../studyInfo.ts';
import type { ExportedModel } from '../summary.ts';
import { beginPhase } from './beginPhase.ts';
import type { RunContext } from './context.ts';
import { safePoint, workedMs } from './hooks.ts';

/** Weights for an exported network, with what the file tells of them. */
export interface WeightsToExport extends Pick<Provenance, 'classNames' | 'normalisation' | 'weightsOrigin'> {
  readonly weights: Weights;
  /** On all validation images; null for untrained weights. */
  readonly accuracy: number | null;
}

/** Writes the ONNX files that each device's front is best represented by; one file serves all devices that want it. */
export async function exportPhase(
  context: RunContext, result: SearchResult, weightsFor: (network: Network) => WeightsToExport, engine: Engine,
): Promise<ExportedModel[]> {
  const { study, hooks, space, classes } = context;
  const wanted = chosenEntries(result, study.settings.export.perDevice);
  const exported: ExportedModel[] = [];
  const startedMs = workedMs(hooks);
  beginPhase(context, 'export', { totalSteps: wanted.length });
  for (const { entry, devices } of wanted) {
    const { accuracy, ...made } = weightsFor(space.lower(space.parse(entry.arch), { classes }));
    const path = `models/${entry.id}.onnx`;
    const report = await exportNetwork({
      ...made, engine, out: join(study.directory, path), batch: 'dynamic', seed: study.settings.seed,
      version: pocketformerVersion(), architecture: entry.arch,
      study: study.settings.name, writeFile: (to, bytes) => study.writeFile(to, bytes),
    });
    exported.push({
      path, devices, id: entry.id, key: entry.key, accuracy, sizeBytes: report.sizeBytes, relativeDiff: report.relativeDiff,
    });
    study.events.append({
      kind: 'exported', path, device: devices.join(', '), arch: entry.arch, sizeBytes: report.sizeBytes,
      ...(accuracy === null ? {} : { accuracy }), maxAbsDiff: report.maxAbsDiff,
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
