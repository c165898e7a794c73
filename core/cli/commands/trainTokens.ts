import { InputError } from '../../base/errors.ts';
import { findArchitecture, getSpace } from '../../spaces/index.ts';
import { percent } from '../../study/frontsTable.ts';
import { publishedSchedules, tokenPlan } from '../../training/recipe/retokenization.ts';
import { defineCommand } from '../command.ts';
import { archOption, classesOption, resolutionOption, spaceOption } from '../commandOptions.ts';
import { withDefault, wholeNumber } from '../options.ts';
import { grouped, tableLines } from '../table.ts';

export const trainTokens = defineCommand({
  name: 'train tokens',
  summary: 'Count what training with fewer tokens at first saves',
  details: 'Progressive re-tokenization (As-ViT, section 4): the published schedules on a network, first at a quarter and then at half of the tokens per side. '
    + 'MACs are those of the network as it is trained in each phase; the paper reports 18.7, 37.4 and 56.2 % for As-ViT Large.',
  json: 'One object: {epochs, phases: [{stride, dilation, sides, macs, share}], schedules: [{quarterEpochs, halfEpochs, savedShare, published}]}',
  options: {
    space: spaceOption, arch: archOption, resolution: resolutionOption, classes: classesOption,
    epochs: withDefault(wholeNumber('N', 10, 100_000), 300, 'Epochs of the training; the schedules take their share'),
  },
  examples: ['pocketformer train tokens --space asvit --arch large', 'pocketformer train tokens --space asvit-mini --arch seed --epochs 60'],
  async run({ space: id, arch: input, resolution, classes, epochs }, { json, print }) {
    const space = getSpace(id);
    if (space.tokenization === undefined) throw new InputError('no-tokenization', `Networks of ${id} work with all of their tokens alone; As-ViT's spaces are the ones that do not.`);
    const { stride } = space.tokenization;
    const options = { space, arch: await findArchitecture(space, input), classes: classes ?? space.defaultClasses, resolution };
    const plans = publishedSchedules.map(({ quarterEpochs, halfEpochs }) => tokenPlan({
      epochs, cooldownEpochs: 0,
      retokenization: { phases: [{ epochs: quarterEpochs * epochs / 300, stride: 4 * stride }, { epochs: halfEpochs * epochs / 300, stride: 2 * stride }] },
    }, options));
    const { phases } = plans[0];
    const whole = phases.at(-1)!.macs;
    const rows = phases.map(({ tokens, network, macs }) => ({
      ...tokens, macs, share: macs / whole,
      sides: network.blocks.filter(({ type }) => type === 'overlappingPatchEmbed' || type === 'patchMerging').map(({ output }) => output.height),
    }));
    const schedules = publishedSchedules.map(({ quarterEpochs, halfEpochs, ...published }, i) => (
      { quarterEpochs: quarterEpochs * epochs / 300, halfEpochs: halfEpochs * epochs / 300, savedShare: plans[i].savedShare, published }));
    if (json) return print(JSON.stringify({ epochs, phases: rows, schedules }));
    for (const line of tableLines(phaseColumns, rows.map((row) => (
      [`(${row.stride}, ${row.dilation})`, row.sides.join('/'), grouped(row.macs), percent(row.share)])))) await print(line);
    await print('');
    for (const line of tableLines(scheduleColumns, schedules.map(({ quarterEpochs, halfEpochs, savedShare, published }) => (
      [`${quarterEpochs}`, `${halfEpochs}`, percent(savedShare), percent(published.savedShare)])))) await print(line);
  },
});

const phaseColumns = [
  { title: '(stride, dilation)', align: 'left' }, { title: 'tokens per side', align: 'left' }, { title: 'MACs', align: 'right' }, { title: 'of all tokens', align: 'right' },
] as const;

const scheduleColumns = [
  { title: 'quarter epochs', align: 'right' }, { title: 'half epochs', align: 'right' }, { title: 'MACs saved', align: 'right' }, { title: 'paper, Large', align: 'right' },
] as const;
