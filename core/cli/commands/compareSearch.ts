import type { ComparedSearch, SearchQuality } from '../../study/searchComparison/compareSearches.ts';
import { defineCommand } from '../command.ts';
import { optional, wholeNumber, withDefault } from '../options.ts';
import type { Kind } from '../options.ts';
import { grouped, tableLines } from '../table.ts';

const devices = ['pixel4', 'pixel6'];
const all = ['random', 'evolution', 'nsga2', 'age-moea-ii'];

const searchesKind: Kind<string[]> = {
  placeholder: 'NAME,...',
  expected: `some of ${all.join(', ')}, separated by commas`,
  read: (value) => {
    const names = value.split(',');
    return names.every((name, i) => all.includes(name) && names.indexOf(name) === i) ? names : undefined;
  },
};

export const compareSearch = defineCommand({
  name: 'compare-search',
  summary: 'Compare the search algorithms on a small problem whose best answer is known',
  details: 'All 36,450 architectures of a part of elasticvit-mini are looked at, so that the true fronts are known. Latencies are '
    + `predicted for ${devices.join(' and ')}; accuracies are synthetic: a formula with interactions and saturation, with the noise of `
    + 'counting on so many images. Nothing is trained. Every search may evaluate 220 architectures, 20 of '
    + 'them at first; evolution has the settings that served it best here. Ratios are those of the true accuracies of what looked best.',
  json: 'One object: {accuracies: "synthetic", architectures, devices, images, evaluations, searches: [{name, runs: [{hypervolumeRatio, '
    + 'igdPlus, evaluationsTo95Percent, evaluationsTo99Percent}]}]}, a run for each seed',
  options: {
    searches: optional(searchesKind, 'Searches to compare, separated by commas (default: all)'),
    seeds: withDefault(wholeNumber('N', 1, 100), 5, 'Runs of each search, with the seeds 1 to N'),
    images: withDefault(wholeNumber('N', 1, 100_000), 1000, 'Images that an accuracy is counted on; fewer make more noise'),
  },
  examples: ['pocketformer compare-search', 'pocketformer compare-search --searches evolution,nsga2 --seeds 10 --images 200 --json'],
  async run({ searches: names, seeds, images }, { json, print, note }) {
    const { knownProblem } = await import('../../study/searchComparison/knownProblem.ts');
    const { compareSearches, evaluationsPerSearch } = await import('../../study/searchComparison/compareSearches.ts');
    const known = knownProblem(devices);
    const searches = compareSearches(known, {
      seeds: Array.from({ length: seeds }, (_, i) => i + 1), images, names, onRun: (name, seed) => note(`Searching: ${name}, seed ${seed}`),
    });
    const { architectures } = known;
    if (json) return print(JSON.stringify({ accuracies: 'synthetic', architectures, devices, images, evaluations: evaluationsPerSearch, searches }));
    await print(`${grouped(architectures)} architectures on ${devices.join(' and ')}; accuracies are synthetic, counted on ${grouped(images)} images`);
    await print(`${evaluationsPerSearch} evaluations a search; median (least to most) of ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`);
    await print('');
    for (const line of table(searches)) await print(line);
  },
});

const columns = [
  { title: 'search', align: 'left' }, { title: 'hypervolume ratio', align: 'right' }, { title: 'IGD+', align: 'right' },
  { title: 'evaluations to 95 %', align: 'right' }, { title: 'to 99 %', align: 'right' },
] as const;

function table(searches: readonly ComparedSearch[]): string[] {
  const spread = (runs: readonly SearchQuality[], pick: (run: SearchQuality) => number, show: (value: number) => string) => {
    const sorted = runs.map(pick).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const below = sorted[Math.floor((sorted.length - 1) / 2)];
    const above = sorted[Math.floor(sorted.length / 2)];
    return `${show(below === above ? below : (below + above) / 2)} (${show(sorted[0])} to ${show(sorted[sorted.length - 1])})`;
  };
  const whole = (value: number) => (Number.isFinite(value) ? String(value) : 'never');
  return tableLines(columns, searches.map(({ name, runs }) => [
    name,
    spread(runs, (run) => run.hypervolumeRatio, (value) => value.toFixed(4)),
    spread(runs, (run) => run.igdPlus, (value) => value.toFixed(4)),
    spread(runs, (run) => run.evaluationsTo95Percent ?? Infinity, whole),
    spread(runs, (run) => run.evaluationsTo99Percent ?? Infinity, whole),
  ]));
}
