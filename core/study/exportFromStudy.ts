import { loadData } from '../data/config.ts';
import { measureNormalisation } from '../data/normalisation.ts';
import type { Engine } from '../engine/engine.ts';
import { exportNetwork } from '../export/exportNetwork.ts';
import type { ExportReport } from '../export/exportNetwork.ts';
import type { Precision } from '../graph/onnx/precision.ts';
import { freshWeights } from '../model/freshWeights.ts';
import type { Weights } from '../model/weights.ts';
import { architectureId } from '../search/result.ts';
import { getSpace } from '../spaces/index.ts';
import type { SearchSpace } from '../spaces/index.ts';
import { withImages } from './archive/missingData.ts';
import { pathInStudy, recordExport } from './exportsLog.ts';
import { writeFileAtomic } from './files.ts';
import type { StudyView } from './folder.ts';
import { withInherited } from './inheritNetwork.ts';
import { studyOrigin } from './modelCard/ofStudy.ts';
import { writeOnnxCard } from './modelCard/writeCard.ts';
import { imagesOfStudy, type QuantisationOptions } from './quantisationImages.ts';
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
  readonly precision?: Precision;
  /** For int8, whose ranges come from the study's training images. */
  readonly quantisation?: QuantisationOptions;
}

/**
 * Writes an architecture with the weights that a study's supernet has learned as an ONNX file with its card, checks the file, and
 * adds it to the study's list of exports. A study that trains nothing gives untrained weights, which the file says. The study may be
 * running.
 * @throws as `withInherited`, `exportNetwork` and `recordExport`
 */
export async function exportFromStudy(options: StudyExport): Promise<ExportReport> {
  const { view, arch, out, batch } = options;
  const space = getSpace(view.settings.space);
  const report = view.settings.scoring === undefined ? await exportTrained(options, space) : await exportUntrained(options, space);
  const key = space.key(arch);
  await recordExport(view.paths.exports, {
    time: new Date().toISOString(), path: pathInStudy(view.directory, out), id: architectureId(key), key,
    sizeBytes: report.sizeBytes, relativeDiff: report.relativeDiff, batch, opset: report.opset, precision: report.precision,
    ...(report.accuracy ? { accuracy: report.accuracy } : {}),
  });
  await writeStudyCard(options, report);
  return report;
}

async function writeStudyCard({ view, engine, out, batch, resolution }: StudyExport, { validated, accuracy: comparison }: ExportReport): Promise<void> {
  const checkpoint = view.events.findLast((event) => event.kind === 'checkpoint' && event.phase === 'training');
  await writeOnnxCard(out, (model) => studyOrigin(view, model, {
    engine, command: { name: 'export', batch, resolution }, ...(checkpoint?.kind === 'checkpoint' && { steps: checkpoint.step }),
    accuracy: validated ? {
      top1: validated.accuracy, images: validated.images, of: 'the file in ONNX Runtime on validation images', ...(comparison && { comparison }), seeds: [],
    } : null,
  }), writeFileAtomic);
}

function exportTrained(options: StudyExport, space: SearchSpace): Promise<ExportReport> {
  const { view, engine, arch, resolution, precision = 'float32', quantisation } = options;
  return withInherited(view, space, arch, engine, (inherited, data) => {
    const { normalisation, weights } = inherited;
    const { calibration, validation } = imagesOfStudy(
      data, { of: `the study ${view.settings.name}`, seed: view.settings.seed, normalisation, resolution: weights.network.resolution }, quantisation);
    return exportNetwork({ ...inherited, validation, ...(precision === 'int8' && { calibration }), ...commonOf(options) });
  }, resolution);
}

/** Weights from the study's seed, for as many classes as its scores were of: those of its images or, without any, of the space's task. */
export async function untrainedWeights(
  { settings, paths }: StudyView, space: SearchSpace, arch: unknown, engine: Engine, resolution?: number,
): Promise<Weights> {
  const classes = settings.data === undefined ? undefined : (await readSummary(paths.summary)).data?.classes.length;
  return freshWeights(space.lower(arch, { classes, resolution }), settings.seed, engine);
}

/** The study's images still tell int8 files what to expect. */
async function exportUntrained(options: StudyExport, space: SearchSpace): Promise<ExportReport> {
  const { view: { settings, paths, info }, engine, arch, resolution, precision, quantisation } = options;
  const { data: config, name, seed } = settings;
  const weights = await untrainedWeights(options.view, space, arch, engine, resolution);
  const made = { weights, weightsOrigin: 'untrained' as const, ...commonOf(options) };
  if (config === undefined || precision !== 'int8') return exportNetwork(made);
  const data = await withImages(options.view.directory, () => loadData(config, { baseDir: info.baseDir, cacheDir: paths.cache, seed }));
  try {
    const normalisation = measureNormalisation(data.train, data.imageSize);
    const { calibration } = imagesOfStudy(data, { of: `the study ${name}`, seed, normalisation, resolution: weights.network.resolution }, quantisation);
    return await exportNetwork({ ...made, calibration });
  } finally {
    data.close();
  }
}

const commonOf = ({ view: { settings }, engine, arch, out, batch, precision }: StudyExport) => ({
  engine, out, batch, precision, architecture: arch, seed: settings.seed, study: settings.name, version: pocketformerVersion(), writeFile: writeFileAtomic,
});
