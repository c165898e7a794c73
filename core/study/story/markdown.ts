import type { Spread } from '../../base/spread.ts';
import { markdownTable } from '../markdownTable.ts';
import { designNamed, familyTitle } from './handDesigned.ts';
import type { NetworkSummary, PhoneSummary, StorySummary } from './summarise.ts';
import { networkTitle } from './titles.ts';

/**
 * The story as Markdown: for each phone the networks step by step, what they cost, and searched against hand-designed.
 * @param figure file name of the picture, beside this one
 */
export function storyMarkdown({ name, space, pieces, target, phones, runs }: StorySummary, figure: string): string {
  const seeds = Math.max(0, ...phones.flatMap(({ networks }) => networks.map((each) => each.seeds.length)));
  return [
    `# ${name}: from a search in ${space} to files for ${phones.map(({ phone }) => phone).join(' and ')}`,
    `Mean and standard deviation over ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}, each with a supernet, a search, trainings and measurements of its own. Accuracies are top-1 on all validation images, of the `
      + 'exported files in ONNX Runtime; searches have chosen by some of the same images, trainings have not.'
      + (pieces.done < pieces.total ? ` So far ${pieces.done} of ${pieces.total} pieces are done.` : ''),
    ...(target === null ? [] : [`Latencies were measured on ${target}; predicted ones are of the phone, in float32.${doubtText(runs)}`]),
    `![Accuracy against latency, one panel a phone](${figure})`,
    ...phones.flatMap(phoneParts),
  ].join('\n\n') + '\n';
}

function doubtText(runs: StorySummary['runs']): string {
  const measured = runs.flatMap(({ files }) => files).filter(({ latencyMs }) => latencyMs !== null);
  const doubtful = measured.filter(({ isDoubtful }) => isDoubtful).length;
  return doubtful === 0 ? '' : ` Of ${doubtful} of the ${measured.length} files the rounds disagree, also after measuring again.`;
}

function phoneParts({ phone, budgetMs, networks, differences }: PhoneSummary): string[] {
  if (networks.length === 0) return [`## ${phone}, at most ${budgetMs} ms`, 'Nothing is known yet.'];
  return [
    `## ${phone}, at most ${budgetMs} ms`,
    'Step by step: the winner as the search leaves it, retrained, and in fewer bits; below it what nobody searched.',
    markdownTable(['network', 'precision', 'top-1, %', 'change from float32, points', 'latency here, ms', 'size, kB'], networks.flatMap(({ network, precisions }) => precisions.map((each) => [
      networkTitle(network), each.precision, percent(each.accuracy), each.accuracyChange ? signed(each.accuracyChange) : '', each.latencyMs ? ms(each.latencyMs) : '', thousands(each.sizeBytes),
    ]))),
    'What the networks are and what they cost: multiply-accumulates of training and of the phone\'s share of supernet and search, in millions of millions, and minutes on this computer:',
    markdownTable(['network', 'predicted, ms', 'M MACs', 'k parameters', 'epochs', 'T MACs of training', 'of search', 'minutes of training', 'of search'], networks.map(costs)),
    ...slowFamilies(networks, budgetMs).map(({ family, predictedMs }) =>
      `Of the family ${familyTitle(family)} even the smallest is predicted at ${ms(predictedMs)} ms on ${phone}, more than searched networks may take.`),
    ...(differences.length === 0 ? [] : [
      'Searched less hand-designed in points of top-1, and how many times as long a run takes here, seed by seed:',
      markdownTable(['searched', 'hand-designed', 'precision', 'difference, points', 'latency ratio'], differences.map(({ searched, handDesigned, precision, accuracy, latencyRatio }) => [
        networkTitle(searched), networkTitle(handDesigned), precision, signed(accuracy), latencyRatio ? spreadText(latencyRatio, (value) => value.toFixed(2)) : '',
      ])),
    ]),
  ];
}

/** However many budgets a family was trained for, its networks are the same. */
function slowFamilies(networks: readonly NetworkSummary[], budgetMs: number): { readonly family: string; readonly predictedMs: Spread }[] {
  const slow = networks.flatMap(({ network, predictedMs }) => (predictedMs.mean > budgetMs ? { family: designNamed(network)?.family, predictedMs } : []));
  return slow.flatMap(({ family, predictedMs }, i) => (family === undefined || slow.findIndex((other) => other.family === family) < i ? [] : { family, predictedMs }));
}

const costs = ({ network, predictedMs, macs, params, epochs, trainingMacs, searchMacs, trainingSeconds, searchSeconds }: NetworkSummary) => [
  networkTitle(network), ms(predictedMs), spreadText(macs, (value) => (value / 1e6).toFixed(1)), thousands(params), spreadText(epochs, (value) => value.toFixed(1)),
  trillions(trainingMacs), searchMacs ? trillions(searchMacs) : '', spreadText(trainingSeconds, (value) => (value / 60).toFixed(1)), spreadText(searchSeconds, (value) => (value / 60).toFixed(1)),
];

function spreadText({ mean, deviation }: Spread, text: (value: number) => string): string {
  return deviation === null ? text(mean) : `${text(mean)} ± ${text(deviation)}`;
}

const percent = (spread: Spread) => spreadText(spread, (value) => (100 * value).toFixed(1));
const ms = (spread: Spread) => spreadText(spread, (value) => value.toFixed(3));
const trillions = (spread: Spread) => spreadText(spread, (value) => (value / 1e12).toFixed(2));
const thousands = (spread: Spread) => spreadText(spread, (value) => (value / 1e3).toFixed(0));
const signed = (spread: Spread) => `${spread.mean < 0 ? '−' : '+'}${percent({ ...spread, mean: Math.abs(spread.mean) })}`;
