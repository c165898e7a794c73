import { InputError } from '../../base/errors.ts';
import type { ExportReport } from '../../export/exportNetwork.ts';
import { getSpace } from '../../spaces/index.ts';
import { writeFileAtomic } from '../../study/files.ts';
import { pocketformerVersion } from '../../study/studyInfo.ts';
import { labelOf } from '../architectures.ts';
import { backboneOptions, exportedBackbone, printBackbone, requireBackbone, requireLevels } from '../backboneExport.ts';
import { defineCommand } from '../command.ts';
import { archKind, classesOption, engineOption, resolutionOption, seedKind, spaceKind } from '../commandOptions.ts';
import { batchKind } from '../exportOptions.ts';
import { optional, required, text, withDefault } from '../options.ts';
import { calibrationText, namedCalibration, precisionKind, quantisationOptions, requireInt8 } from '../quantisationOptions.ts';
import { architectureOf, openView, spaceOf } from '../studyArchitecture.ts';
import { sizeText } from '../table.ts';

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'Write an architecture with weights as an ONNX file, and check the file',
  details: 'From a study: the weights that the supernet learned, batch norms calibrated on the training images. From a weights file: those of a training. From a '
    + 'study that trains nothing, or from a seed: untrained weights, batch norms calibrated on random images, which is enough to measure latency. The file is '
    + 'run in ONNX Runtime on random images and compared with the engine before it gets its name. A model card is written beside it: F.card.md, and F.card.json for programs.\n'
    + 'int8 files compute convolutions and products with weights in integers. Activations have fixed ranges: with --study those that they have on its training '
    + 'images, otherwise on --images. What float16 or int8 costs is told as accuracy on validation images, before and after.\n'
    + "With --backbone the file has no classifier and gives the last map of each stride instead, [batch, channels, height, width], called c2 for stride 4, c3 for "
    + '8 and so on, for images of any size; a JSON file beside it describes them to detectors. Learned positions are resampled.',
  json: 'One object: {path, precision, sizeBytes, opset, maxAbsDiff, relativeDiff, classes, resolution, nodes: {written, optimised}}; with int8 also '
    + 'calibration: {images, source, ranges}, with images of a trained study validated: {images, accuracy} and, in other precisions than float32, accuracy: {images, float32, written, agreement}. With --backbone: {path, '
    + 'descriptionPath, precision, sizeBytes, opset, nodes, imageSize: {height, width}, padding: {bottom, right}, params, macs, outputs: [{name, stride, channels, '
    + 'height, width}], checked: {height, width, maxAbsDiff, relativeDiff}}',
  options: {
    space: optional(spaceKind, "Search space, e.g. elasticvit (default: the study's or the weights file's)"),
    arch: optional(archKind,
      "Architecture: a published name such as T1, a JSON object, a file of either or, with --study, an id on one of its fronts (default: the weights file's)"),
    study: optional(text('DIR', "the path of a study's folder"), 'Study whose trained weights are taken'),
    weights: optional(text('F.safetensors', 'the path of a weights file'), 'Weights as a training leaves them, instead of --study'),
    seed: optional(seedKind, 'Seed of untrained weights, instead of --study'),
    out: required(text('F.onnx', 'the path of the file to write'), 'File to write; replaced when it exists'),
    precision: withDefault(precisionKind, 'float32', 'What the file keeps its weights in and computes with: float32, float16 or int8'),
    ...quantisationOptions,
    batch: withDefault(batchKind, 'dynamic', 'Images per run: a number, or dynamic for any'),
    resolution: resolutionOption,
    classes: { ...classesOption, help: "With --seed: classes of the task (default: the space's)" },
    ...backboneOptions,
    engine: engineOption,
  },
  examples: [
    'pocketformer export --space elasticvit --arch T1 --seed 1 --out t1.onnx',
    'pocketformer export --study runs/quickstart --arch small --out small.onnx --batch 1',
    'pocketformer export --study runs/quickstart --arch small --out small-half.onnx --precision float16',
    'pocketformer export --study runs/quickstart --arch small --out small-int8.onnx --precision int8 --ranges mse',
    'pocketformer export --weights runs/cifar/models/best.safetensors --out cifar.onnx',
    'pocketformer export --space elasticvit --arch T1 --seed 1 --backbone --image-size 1024x1024 --levels c2,c3,c4,c5 --out t1-backbone.onnx',
  ],
  async run(options, { json, print, note }) {
    const { space: spaceId, arch: input, study, weights: weightsFile, seed, out, precision, batch, resolution, classes, engine: engineId } = options;
    const sources = [study, weightsFile, seed].filter((source) => source !== undefined).length;
    if (sources !== 1) {
      throw new InputError('usage', `export: expected one of --study DIR, --weights FILE and --seed N, got ${sources === 0 ? 'none' : 'several'}.`);
    }
    if (seed === undefined && classes !== undefined) {
      throw new InputError('usage', 'export: --classes goes with --seed; trained weights have classes of their own.');
    }
    requireInt8('export', options, [precision], study !== undefined);
    requireBackbone(options);
    if (study !== undefined && options.images !== undefined) {
      throw new InputError('usage', "export: --images goes without --study, whose images are the study's own.");
    }
    const { exportFromStudy } = await import('../../study/exportFromStudy.ts');
    const { freshNetwork, given, inherited } = await import('../../study/handoff/weightSources.ts');
    const { readWeightsFile } = await import('../../study/weightsFile.ts');
    const { cardPaths } = await import('../../study/modelCard/files.ts');
    const { requireWritable } = await import('../../study/requireWritable.ts');
    const { startEngine } = await import('../../engine/engines.ts');
    requireWritable(out);
    const view = study === undefined ? undefined : await openView(study);
    const file = weightsFile === undefined ? undefined : await readWeightsFile(weightsFile);
    const space = getSpace(spaceOf('export', spaceId ?? file?.facts?.space, view));
    const arch = await architectureOf('export', space, input, { view, facts: file?.facts });
    const network = space.lower(arch, { resolution: resolution ?? file?.facts?.resolution, classes: classes ?? file?.facts?.classes });
    if (options.backbone) requireLevels(network, options);
    const calibration = options.images === undefined ? undefined
      : await namedCalibration(options.images, options, { resolution: network.resolution, seed: seed ?? file?.facts?.seed ?? 0 });
    const engine = await startEngine(engineId);
    const source = async () => {
      const { origin, ...made } = view !== undefined ? await inherited(view, space, arch, engine)
        : file !== undefined ? given(network, file) : freshNetwork(network, seed!, engine);
      return { ...made, ...(origin === 'untrained' ? { weightsOrigin: origin } : {}) };
    };
    const shared = { engine, out, batch, architecture: arch, version: pocketformerVersion(), writeFile: writeFileAtomic };
    const writeOwnCard = async () => {
      const [{ writeOnnxCard }, { engineText }, { studyOrigin }, { untrainedOrigin }, { weightsFileOrigin }] = await cardParts();
      const { images } = options;
      await writeOnnxCard(out, (model) => (view !== undefined ? studyOrigin(view, model, { engine, accuracy: null, command: { name: 'export', batch } })
        : weightsFile !== undefined ? weightsFileOrigin(model, { weightsFile, batch, engine, images })
          : untrainedOrigin(model, { seed: seed!, batch, engine: engineText(engine), images })), writeFileAtomic);
    };
    if (options.backbone) {
      note(`Exporting the backbone of ${labelOf(space, arch).text} of ${space.id}`);
      const backbone = await exportedBackbone(options, { ...await source(), ...shared });
      await writeOwnCard();
      return json ? print(JSON.stringify(backbone)) : printBackbone(backbone, { print, engine: engine.info.id, card: cardPaths(out).text });
    }
    note(`Exporting ${labelOf(space, arch).text} of ${space.id}, ${network.resolution} px`);
    const { exportNetwork } = await import('../../export/exportNetwork.ts');
    const report: ExportReport = view !== undefined
      ? await exportFromStudy({
        view, engine, arch, out, batch, resolution, precision, quantisation: { images: options.calibrationImages, ranges: options.ranges },
      })
      : await exportNetwork({ ...await source(), ...shared, precision, calibration });
    if (view === undefined) await writeOwnCard();
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
    if (report.validated && !report.accuracy) await print(`Accuracy on ${report.validated.images} validation images: ${percent(report.validated.accuracy)} %.`);
    await print(`Operators: ${report.nodes.written} in the file, ${report.nodes.optimised} after ONNX Runtime's optimiser on this machine.`);
    await print(`Card: ${cardPaths(out).text}`);
  },
});

const percent = (share: number) => (100 * share).toFixed(1);

const cardParts = () => Promise.all([
  import('../../study/modelCard/writeCard.ts'), import('../../study/modelCard/engineText.ts'), import('../../study/modelCard/ofStudy.ts'),
  import('../../study/modelCard/untrained.ts'), import('../../study/modelCard/ofWeightsFile.ts'),
]);
