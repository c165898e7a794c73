import { join } from 'node:path';
import { InputError } from '../../../base/errors.ts';
import { kendallTau } from '../../../base/rankStatistics.ts';
import { asVit } from '../../../spaces/asvit/space.ts';
import { makeDirectory, writeFileAtomic } from '../../files.ts';
import type { ScalePoint } from '../../topology/scalePoint.ts';
import type { AutoScalingOutcome } from '../../topology/scaleTopology.ts';
import type { ScaledNetwork } from '../../topology/scaling.ts';
import { publishedRules } from '../../topology/scalingRules.ts';
import { listed, mean, sampleDeviation, signed, signedPercent } from '../numbers.ts';
import { columnsOf, requiredFrom, type Reproduction, type ReproductionRecipe } from '../reproduction.ts';
import { paper } from './figures.ts';

const source = `${paper}, Figure 3: total depth is the number of attention blocks (of ResNet's bottlenecks), total width the sum of their output channels`;
const [publishedAsVit] = publishedRules;

/** As-ViT's Figure 3 from a scaling that was run here. */
export const asVitScaling: ReproductionRecipe = {
  id: 'asvit-scaling',
  summary: 'As-ViT, Figure 3: depth and width on the way of auto-scaling, beside random scaling and published families',
  takes: 'an auto-scaling',
  options: {
    from: 'folder of a scaling, made by auto-scale --space asvit --arch seed (some forty minutes on two processors)',
    out: 'folder for the figure, asvit-scaling.svg',
  },
  async make(options) {
    const from = requiredFrom(asVitScaling, options);
    const { readAutoScaling } = await import('../../topology/scaleTopology.ts');
    const outcome = await readAutoScaling(from);
    if (outcome?.plan.space !== asVit.id) throw new InputError('no-auto-scaling', `${from}: holds no auto-scaling of ${asVit.id}; make one with auto-scale --space ${asVit.id} --arch seed --out ${from}.`);
    if (options.out !== undefined) {
      const { scalingSvg } = await import('../../topology/scalingPicture.ts');
      await makeDirectory(options.out);
      await writeFileAtomic(join(options.out, 'asvit-scaling.svg'), scalingSvg(outcome));
    }
    return scalingTables(outcome);
  },
};

export const scalingTables = (outcome: AutoScalingOutcome): Reproduction[] => [trajectoryTable(outcome), familiesTable(outcome)];

function trajectoryTable(outcome: AutoScalingOutcome): Reproduction {
  const { plan, trajectory, random } = outcome;
  const atRandom = (step: number) => random.flatMap((points) => points.slice(step, step + 1)).map(({ totalWidth }) => totalWidth);
  return {
    title: 'As-ViT, Figure 3: the way of auto-scaling',
    source,
    columns: columnsOf(
      'total depth', 'blocks of the stages', 'width C', 'parameters (M)', 'total width', `at random (mean ± deviation of ${random.length})`, 'published As-ViT', ...plan.measures,
    ),
    rows: trajectory.map(({ totalDepth, depths, width, params, totalWidth, estimates }, step) => {
      const widths = atRandom(step);
      return [
        String(totalDepth), depths.join(', '), String(width), (params / 1e6).toFixed(1), String(totalWidth), widths.length < 2 ? '' : `${mean(widths).toFixed(0)} ± ${sampleDeviation(widths).toFixed(0)}`,
        publishedAsVit.points.find((point) => point.totalDepth === totalDepth)?.totalWidth.toString() ?? '', ...plan.measures.map((_, m) => estimates?.[m].mean.toPrecision(3) ?? ''),
      ];
    }),
    remarks: trajectoryRemarks(outcome, atRandom),
  };
}

function trajectoryRemarks({ plan, records, trajectory, random, endedBy }: AutoScalingOutcome, atRandom: (step: number) => readonly number[]): string[] {
  const last = trajectory[trajectory.length - 1];
  const isFinished = endedBy !== undefined || last.params >= plan.settings.maxParams;
  const steps = trajectory.flatMap((network, step) => (step > 0 && atRandom(step).length > 1 ? [{ network, widths: atRandom(step) }] : []));
  const wider = steps.filter(({ network, widths }) => network.totalWidth > mean(widths));
  const ends = random.map((points) => points[points.length - 1].totalDepth);
  const isShallower = last.totalDepth < mean(ends);
  const published = trajectory.flatMap((network) => publishedAsVit.points.filter(({ totalDepth }) => totalDepth === network.totalDepth && totalDepth > 4)
    .map(({ totalWidth }) => `${signedPercent(network.totalWidth / totalWidth - 1, 0)} at depth ${network.totalDepth}`));
  return [
    ...(isFinished ? [] : [`The scaling is not finished: it has ${(last.params / 1e6).toFixed(1)} of ${(plan.settings.maxParams / 1e6).toFixed(0)} M parameters.`]),
    ...(endedBy === undefined ? [] : [endedBy]),
    `Wider than at random at the same depth: published, and ${2 * wider.length > steps.length ? 'so here' : 'not so here'}, at ${wider.length} of ${steps.length} steps.`,
    ...(isFinished ? [`Shallower than at random at the end: published, and ${isShallower ? 'so here' : 'not so here'}: ${last.totalDepth} blocks, where random scalings `
      + `have ${mean(ends).toFixed(1)} ± ${sampleDeviation(ends).toFixed(1)}.`] : []),
    ...(published.length === 0 ? [] : [`Total width beside that of the published networks: ${listed(published)}.`]),
    `Of the blocks, ${early(last.depths)} lie in the first two stages, which are the narrow ones; of those of the published Small, Base and Large, ${
      listed(['small', 'base', 'large'].map((name) => early(asVit.networks[name].depths)))}.`,
    ...measuresRemark(plan.measures, trajectory),
    `${records.length} candidates, ${(records.reduce((sum, { seconds }) => sum + seconds, 0) / 60).toFixed(0)} minutes (the paper: 5 hours of a V100); measured at `
      + `1/${plan.widthDivisor} of their width, rule "${plan.settings.ranking}".`,
  ];
}

function early(depths: readonly number[]): string {
  const sum = (some: readonly number[]) => some.reduce((total, depth) => total + depth, 0);
  return `${sum(depths.slice(0, 2))} of ${sum(depths)}`;
}

/** Figure 3, right: along the way length grows and the condition number falls. */
function measuresRemark(measures: readonly string[], trajectory: readonly ScaledNetwork[]): string[] {
  const measured = trajectory.filter(({ estimates }) => estimates !== null);
  const expected: Readonly<Record<string, 1 | -1>> = { length: 1, ntk: -1 };
  return measures.filter((name) => name in expected && measured.length > 2).map((name) => {
    const values = measured.map(({ estimates }) => estimates![measures.indexOf(name)].mean);
    const tau = kendallTau(values.map((_, step) => step), values);
    const agrees = tau * expected[name] > 0.5;
    return `${name} ${expected[name] > 0 ? 'grows' : 'falls'} along the way in the paper (right), and ${agrees ? 'so here' : 'not clearly here'}: its tau with the step is ${signed(tau)}.`;
  });
}

function familiesTable({ trajectory, random }: AutoScalingOutcome): Reproduction {
  const growth = (points: readonly ScalePoint[]) => {
    const [first, last] = [points[0], points[points.length - 1]];
    return Math.log(last.totalWidth / first.totalWidth) / Math.log(last.totalDepth / first.totalDepth);
  };
  const at = ({ totalDepth, totalWidth }: ScalePoint) => `${totalDepth} x ${(totalWidth / totalDepth).toFixed(0)}`;
  const own = growth(trajectory);
  const randomGrowth = random.map(growth);
  const rules = publishedRules.map(({ title, points }) => ({ title, points, exponent: growth(points) }));
  const exponentOf = (name: string) => rules.find(({ title }) => title.startsWith(name))!.exponent;
  const slower = ['Swin', 'ResNet'].every((name) => exponentOf(name) < own);
  return {
    title: 'As-ViT, Figure 3: scaling rules',
    source: `${source}; the exponent is that of total width as a power of total depth from the smallest network to the largest`,
    columns: columnsOf('rule', 'smallest (blocks x mean width)', 'largest', 'exponent'),
    rows: [
      ['auto-scaling here', at(trajectory[0]), at(trajectory[trajectory.length - 1]), own.toFixed(2)],
      ['at random', at(random[0][0]), '', `${mean(randomGrowth).toFixed(2)} ± ${sampleDeviation(randomGrowth).toFixed(2)}`],
      ...rules.map(({ title, points, exponent }) => [title, at(points[0]), at(points[points.length - 1]), exponent.toFixed(2)]),
    ],
    remarks: [
      `Width grows faster with depth than in Swin and ResNet, which the paper calls narrower and deeper: ${slower ? 'so here' : 'not so here'} (${own.toFixed(2)}; Swin ${exponentOf('Swin').toFixed(2)}, ResNet `
        + `${exponentOf('ResNet').toFixed(2)}; the published As-ViT networks ${exponentOf('As-ViT').toFixed(2)}).`,
    ],
  };
}
