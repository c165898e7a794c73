import { InputError } from '../../base/errors.ts';
import type { Engine } from '../../engine/engine.ts';
import type { ExportReport } from '../../export/exportNetwork.ts';
import type { Calibration } from '../../export/precision/calibration.ts';
import type { Precision } from '../../graph/onnx/precision.ts';
import type { Network } from '../../network/network.ts';
import { findArchitecture, getSpace } from '../../spaces/index.ts';
import { architectureOnFront } from '../../study/architectureOnFront.ts';
import { writeFileAtomic } from '../../study/files.ts';
import { pocketformerVersion } from '../../study/studyInfo.ts';
import { labelOf } from '../architectures.ts';
import { defineCommand } from '../command.ts';
import { archKind, classesOption, engineOption, resolutionOption, seedKind, spaceKind } from '../commandOptions.ts';
import { batchKind } from '../exportOptions.ts';
import { optional, required, text, withDefault } from '../options.ts';
import { calibrationText, namedCalibration, precisionKind, quantisationOptions, requireInt8 } from '../quantisationOptions.ts';
import { openView, spaceOf } from '../studyArchitecture.ts';
import { sizeText } from '../table.ts';

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'Write an architecture with weights as an ONNX file, and check the file',
  details: 'From a study: the weights that the supernet learned, batch norms calibrated on the training images. From a study '
    + 'that trains nothing, or from a seed: untrained weights, batch norms calibrated on random images, which is enough to measure latency. The file is '
    + 'run in ONNX Runtime on random images and compared with the engine before it gets its name.\n'
    + 'int8 files compute convolutions and products with weights in integers. Activations have fixed ranges: with --study those that they have on its training '
    + 'images, otherwise on --images. What float16 or int8 costs is told as accuracy on validation images, before and after.',
  json: 'One object: {path, precision, sizeBytes, opset, maxAbsDiff, relativeDiff, classes, resolution, nodes: {written, optimised}}; with int8 also '
    + 'calibration: {images, source, ranges}, with images of a trained study accuracy: {images, float32, written, agreement}',
  options: {
    space: optional(spaceKind, "Search space, e.g. elasticvit (default: the study's)"),
    arch: required(archKind,
      'Architecture: a published name such as T1, a JSON object, a file of either or, with --study, an id on one of its fronts'),
    study: optional(text('DIR', "the path of a study's folder"), 'Study whose trained weights are taken'),
    seed: optional(seedKind, 'Seed of untrained weights, instead of --study'),
    out: required(text('F.onnx', 'the path of the file to write'), 'File to write; replaced when it exists'),
    precision: withDefault(precisionKind, 'float32', 'What the file keeps its weights in and computes with: float32, float16 or int8'),
    ...quantisationOptions,
    batch: withDefault(batchKind, 'dynamic', 'Images per run: a number, or dynamic for any'),
    resolution: resolutionOption,
    classes: { ...classesOption, help: "With --seed: classes of the task (default: the space's)" },
    engine: engineOption,
  },
  examples: [
    'pocketformer export --space elasticvit --arch T1 --seed 1 --out t1.onnx',
    'pocketformer export --study runs/quickstart --arch small --out small.onnx --batch 1',
    'pocketformer export --study runs/quickstart --arch small --out small-half.onnx --precision float16',
    'pocketformer export --study runs/quickstart --arch small --out small-int8.onnx --precision int8 --ranges mse',
  ],
  async run(options, { json, print, note }) {
    const { space: spaceId, arch: input, study, seed, out, precision, batch, resolution, classes, engine: engineId } = options;
    if ((study === undefined) === (seed === undefined)) {
      throw new InputError('usage', `export: expected either --study DIR or --seed N, got ${study === undefined ? 'neither' : 'both'}.`);
    }
    if (study !== undefined && classes !== undefined) {
      throw new InputError('usage', "export: --classes goes with --seed; with --study the classes are those of the study's images.");
    }
    requireInt8('export', options, [precision], study !== undefined);
    if (study !== undefined && options.images !== undefined) {
      throw new InputError('usage', "export: --images goes with --seed; with --study the images are the study's own.");
    }
    const { exportFromStudy } = await import('../../study/exportFromStudy.ts');
    const { requireWritable } = await import('../../study/requireWritable.ts');
    requireWritable(out);
    const view = study === undefined ? undefined : await openView(study);
    const space = getSpace(spaceOf('export', spaceId, view));
    const arch = (view && await architectureOnFront(view, input)) ?? await findArchitecture(space, input);
    const network = space.lower(arch, { resolution, classes });

    const calibration = seed === undefined || options.images === undefined ? undefined
      : await namedCalibration(options.images, options, { resolution: network.resolution, seed });
    const { startEngine } = await import('../../engine/engines.ts');
    const engine = await startEngine(engineId);
    note(`Exporting ${labelOf(space, arch).text} of ${space.id}, ${network.resolution} px`);
    const report = view !== undefined
      ? await exportFromStudy({
        view, engine, arch, out, batch, resolution, precision, quantisation: { images: options.calibrationImages, ranges: options.ranges },
      })
      : await exportUntrained(network, { engine, out, batch, precision, arch, seed: seed!, calibration });
    if (json) return print(JSON.stringify(report));
    await print(`${out}: ${report.precision}, ${sizeText(report.sizeBytes)}, opset ${report.opset}, ${report.resolution} px, ${report.classes} classes`);
    await print(`ONNX Runtime differs from the ${engine.info.id} engine by at most ${report.maxAbsDiff.toExponential(1)}, `
      + `${report.relativeDiff.toExponential(1)} of the logits' scale.`);
    if (report.calibration) await print(calibrationText(report.calibration));
    if (report.accuracy) {
      const { images, float32, written, agreement } = report.accuracy;
      await print(`Accuracy on ${images} validation images: ${percent(float32)} % in float32, ${percent(written)} % in ${report.precision}; `
        + `${percent(agreement)} % of the answers are the same.`);
    }
    await print(`Operators: ${report.nodes.written} in the file, ${report.nodes.optimised} after ONNX Runtime's optimiser on this machine.`);
  },
});

const percent = (share: number) => (100 * share).toFixed(1);

interface UntrainedExport {
  readonly engine: Engine;
  readonly out: string;
  readonly batch: number | 'dynamic';
  readonly precision: Precision;
  readonly calibration: Calibration | undefined;
  readonly arch: unknown;
  readonly seed: number;
}

async function exportUntrained(network: Network, { engine, out, batch, precision, calibration, arch, seed }: UntrainedExport): Promise<ExportReport> {
  const { exportNetwork } = await import('../../export/exportNetwork.ts');
  const { freshWeights } = await import('../../model/freshWeights.ts');
  return exportNetwork({
    weights: freshWeights(network, seed, engine), engine, out, batch, precision, seed, architecture: arch, version: pocketformerVersion(),
    writeFile: writeFileAtomic, calibration,
  });
}
