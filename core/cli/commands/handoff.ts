import { InputError } from '../../base/errors.ts';
import { getSpace } from '../../spaces/index.ts';
import { presetNames } from '../../training/recipe/presets.ts';
import { labelOf } from '../architectures.ts';
import { defineCommand } from '../command.ts';
import { archKind, classesOption, engineOption, resolutionOption, seedKind, spaceKind } from '../commandOptions.ts';
import { oneOfChoices, optional, required, text } from '../options.ts';
import { architectureOf, openView, spaceOf } from '../studyArchitecture.ts';

export const handoff = defineCommand({
  name: 'handoff',
  summary: 'Write an architecture with weights as a PyTorch program, to be trained on bigger machines',
  details: 'A folder with the network as readable PyTorch, its weights (safetensors), a training script for one or many GPUs (torchrun), the recipe, and a check '
    + 'that the logits are the same. Nothing in it needs Pocketformer. Trained weights come back with "pocketformer import-weights".',
  json: 'One object: {path, files, space, resolution, classes, recipe, weights: inherited | given | untrained}',
  options: {
    space: optional(spaceKind, "Search space, e.g. elasticvit (default: the study's)"),
    arch: optional(archKind,
      "Architecture: a published name such as T1, a JSON object, a file of either or, with --study, an id on one of its fronts (default: the weights file's)"),
    study: optional(text('DIR', "the path of a study's folder"), 'Study whose trained weights are taken'),
    weights: optional(text('F.safetensors', 'the path of a weights file'), "Weights in Pocketformer's own form, as a training leaves them"),
    seed: optional(seedKind, 'Seed of untrained weights'),
    out: required(text('DIR', 'the path of a new folder'), 'Folder to write; new or empty'),
    recipe: optional(oneOfChoices('RECIPE', presetNames), "Published recipe that the program trains by (default: the space's)"),
    resolution: resolutionOption,
    classes: { ...classesOption, help: "With --seed: classes of the task (default: the space's)" },
    engine: engineOption,
  },
  examples: [
    'pocketformer handoff --study runs/quickstart --arch small --out handoff/small',
    'pocketformer handoff --weights runs/cifar/models/best.safetensors --out handoff/cifar',
    'pocketformer handoff --space elasticvit --arch T1 --seed 1 --out handoff/t1',
  ],
  async run(options, { json, print, note }) {
    const { space: spaceId, arch: input, study, weights: weightsFile, seed, out, recipe, resolution, classes, engine: engineId } = options;
    const sources = [study, weightsFile, seed].filter((source) => source !== undefined).length;
    if (sources !== 1) {
      throw new InputError('usage', `handoff: expected one of --study DIR, --weights FILE and --seed N, got ${sources === 0 ? 'none' : 'several'}.`);
    }
    if (seed === undefined && classes !== undefined) throw new InputError('usage', 'handoff: --classes goes with --seed; trained weights have classes of their own.');
    const { requireNewFolder, writeHandoff } = await import('../../study/handoff/writeHandoff.ts');
    const { freshNetwork, given, inherited } = await import('../../study/handoff/weightSources.ts');
    const { readWeightsFile } = await import('../../study/weightsFile.ts');
    const { startEngine } = await import('../../engine/engines.ts');
    requireNewFolder(out);
    const view = study === undefined ? undefined : await openView(study);
    const file = weightsFile === undefined ? undefined : await readWeightsFile(weightsFile);
    const space = getSpace(spaceOf('handoff', spaceId ?? file?.facts?.space, view));
    const arch = await architectureOf('handoff', space, input, { view, facts: file?.facts });
    const network = space.lower(arch, { resolution: resolution ?? file?.facts?.resolution, classes: classes ?? file?.facts?.classes });
    const engine = await startEngine(engineId);
    const name = labelOf(space, arch).text;
    note(`Handing over ${name} of ${space.id}, ${network.resolution} px`);
    const source = view !== undefined ? await inherited(view, space, arch, engine, resolution)
      : file !== undefined ? given(network, file) : freshNetwork(network, seed!, engine);
    const report = await writeHandoff({ ...source, engine, name, architecture: arch, recipe, out });
    if (json) return print(JSON.stringify(report));
    await print(`${out}: ${report.files.length} files, ${report.resolution} px, ${report.classes} classes, ${report.weights} weights, recipe ${report.recipe}`);
    await print('There, "python check.py" compares the logits, and README.md says how to train.');
  },
});
