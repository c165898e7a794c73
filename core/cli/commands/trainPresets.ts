import { stringify } from 'yaml';
import { presetNamed, presetNames, recipePresets } from '../../training/recipe/presets.ts';
import { recipeSchema } from '../../training/recipe/settings.ts';
import { defineCommand } from '../command.ts';
import { optional, text } from '../options.ts';

export const trainPresets = defineCommand({
  name: 'train presets',
  summary: 'Show the published recipes that a training file can name',
  details: 'With a name: everything that the recipe sets, as it would be written in a training file. A file that says "preset: NAME" may set any of it '
    + 'otherwise; warm-up and cool-down then keep their share of the epochs.',
  json: 'A list of {name, title, data, training}, or one of them',
  options: { name: { ...optional(text('NAME', 'the name of a recipe'), 'Recipe to show in full (default: a list of them)'), positional: true } },
  examples: ['pocketformer train presets', 'pocketformer train presets as-vit'],
  async run({ name }, { json, print }) {
    if (name === undefined) {
      if (json) return print(JSON.stringify(presetNames.map(describe)));
      for (const each of presetNames) await print(`${each}  ${recipePresets[each].title}`);
      return;
    }
    const shown = describe(name);
    if (json) return print(JSON.stringify(shown));
    await print(`# ${shown.title}`);
    await print(stringify({ preset: name, data: shown.data, training: shown.training }).trimEnd());
  },
});

function describe(name: string) {
  const { title, data, training } = presetNamed(name);
  return { name, title, data, training: recipeSchema.parse(training) };
}
