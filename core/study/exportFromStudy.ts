import type { Engine } from '../engine/engine.ts';
import { exportNetwork } from '../export/exportNetwork.ts';
import type { ExportNetworkOptions, ExportReport } from '../export/exportNetwork.ts';
import { freshWeights } from '../model/freshWeights.ts';
import { architectureId } from '../search/result.ts';
import { getSpace } from '../spaces/index.ts';
import type { SearchSpace } from '../spaces/index.ts';
import { pathInStudy, recordExport } from './exportsLog.ts';
import { writeFileAtomic } from './files.ts';
import type { StudyView } from './folder.ts';
import { inheritNetwork } from './inheritNetwork.ts';
import { pocketformerVersion } from './studyInfo.ts';
import { readSummary } from './summary.ts';

export interface StudyExport {
  readonly view: StudyView;
  readonly engine: Engine;
  /** A genotype of the study's space. */
  readonly arch: unknown;
  readonly out: string;
  readonly batch: number | 'dynamic';
  /** Of the file; the architecture's own by default. */
  readonly resolution?: number;
  readonly precision?: ExportNetworkOptions['precision'];
}

/**
 * Writes an architecture with the weights that a study's supernet has learned as an ONNX file, checks the file, and
 * adds it to the study's list of exports. A study that trains nothing gives untrained weights, which the file says. The study may be
 * running.
 * @throws as `inheritNetwork`, `exportNetwork` and `recordExport`
 */
export async function exportFromStudy({ view, engine, arch, out, batch, resolution, precision }: StudyExport): Promise<ExportReport> {
  const space = getSpace(view.settings.space);
  const made = view.settings.scoring === undefined
    ? await inheritNetwork(view, space, arch, engine, resolution) : await untrained(view, space, arch, engine, resolution);
  const report = await exportNetwork({
    ...made, engine, out, batch, precision, architecture: arch, seed: view.settings.seed, study: view.settings.name,
    version: pocketformerVersion(), writeFile: writeFileAtomic,
  });
  const key = space.key(arch);
  await recordExport(view.paths.exports, {
    time: new Date().toISOString(), path: pathInStudy(view.directory, out), id: architectureId(key), key,
    sizeBytes: report.sizeBytes, relativeDiff: report.relativeDiff, batch, opset: report.opset, precision: report.precision,
  });
  return report;
}

/** Weights from the study's seed, for as many classes as its scores were of: those of its images or, without any, of the space's task. */
async function untrained({ settings, paths }: StudyView, space: SearchSpace, arch: unknown, engine: Engine, resolution?: number) {
  const classes = settings.data === undefined ? undefined : (await readSummary(paths.summary)).data?.classes.length;
  return { weights: freshWeights(space.lower(arch, { classes, resolution }), settings.seed, engine), weightsOrigin: 'untrained' as const };
}
