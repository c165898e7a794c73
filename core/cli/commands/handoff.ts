import { InputError } from '../../base/errors.ts';
import { findArchitecture, getSpace } from '../../spaces/index.ts';
import { architectureOnFront } from '../../study/architectureOnFront.ts';
import { presetNames } from '../../training/recipe/presets.ts';
import { labelOf } from '../architectures.ts';
import { defineCommand } from '../command.ts';
import { archKind, classesOption, engineOption, resolutionOption, seedKind, spaceKind } from '../commandOptions.ts';
import { oneOfChoices, optional, required, text } from '../options.ts';
import { openView, spaceOf } from '../studyArchitecture.ts';

export const handoff = defineCommand({
  name: 'handoff',
  summary: 'Write an architecture with weights as a PyTorch program, to be trained on bigger machines',
  details: 'A folder with the network as readable PyTorch, its weights (safetensors), a training script for one or many GPUs (torchrun), the recipe, and a check '
    + 'that the logits are the same. Nothing in it needs Pocketformer. Trained weights come back with "pocketformer import-weights".',
  json: 'One object: {path, files, space, resolution, classes, recipe, weights: inherited | given | untrained}',
  options: {
    space: optional(spaceKind, "Search space, e.g. elasticvit (default: the study's)"),
    arch: required(archKind,
      'Architecture: a published name such as T1, a JSON object, a file of either or, with --study, an id on one of its fronts'),
    study: optional(text('DIR', "the path of a study's folder"), 'Study whose trained weights are taken'),
    weights: optional(text('F.safetensors', 'the path of a weights file'), "Weights of this very architecture in Pocketformer's own form"),
    seed: optional(seedKind, 'Seed of untrained weights'),
    out: required(text('DIR', 'the path of a new folder'), 'Folder to write; new or empty'),
    recipe: optional(oneOfChoices('RECIPE', presetNames), "Published recipe that the program trains by (default: the space's)"),
    resolution: resolutionOption,
    classes: { ...classesOption, help: "Without --study: classes of the task (default: the space's)" },
    engine: engineOption,
  },
  examples: [
    'pocketformer handoff --study runs/quickstart --arch small --out handoff/small',
    'pocketformer handoff --space elasticvit --arch T1 --seed 1 --out handoff/t1',
  ],
  async run(options, { json, print, note }) {
    const { space: spaceId, arch: input, study, weights: weightsFile, seed, out, recipe, resolution, classes, engine: engineId } = options;
    const given = [study, weightsFile, seed].filter((source) => source !== undefined).length;
    if (given !== 1) {
      throw new InputError('usage', `handoff: expected one of --study DIR, --weights FILE and --seed N, got ${given === 0 ? 'none' : 'several'}.`);
    }
    if (study !== undefined && classes !== undefined) {
      throw new InputError('usage', "handoff: --classes does not go with --study; the classes are those of the study's images.");
    }
    const { requireNewFolder, writeHandoff } = await import('../../study/handoff/writeHandoff.ts');
    const { freshNetwork, inherited, readOwnWeights } = await import('../../study/handoff/weightSources.ts');
    const { startEngine } = await import('../../engine/engines.ts');
    requireNewFolder(out);
    const view = study === undefined ? undefined : await openView(study);
    const space = getSpace(spaceOf('handoff', spaceId, view));
    const arch = (view && await architectureOnFront(view, input)) ?? await findArchitecture(space, input);
    const network = space.lower(arch, { resolution, classes });
    const engine = await startEngine(engineId);
    const name = labelOf(space, arch).text;
    note(`Handing over ${name} of ${space.id}, ${network.resolution} px`);
    const source = view !== undefined ? await inherited(view, space, arch, engine, resolution)
      : weightsFile !== undefined ? await readOwnWeights(network, weightsFile) : freshNetwork(network, seed!, engine);
    const report = await writeHandoff({ ...source, engine, name, architecture: arch, recipe, out });
    if (json) return print(JSON.stringify(report));
    await print(`${out}: ${report.files.length} files, ${report.resolution} px, ${report.classes} classes, ${report.weights} weights, recipe ${report.recipe}`);
    await print('There, "python check.py" compares the logits, and README.md says how to train.');
  },
});
