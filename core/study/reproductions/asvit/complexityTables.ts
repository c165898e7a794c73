import { kendallTau } from '../../../base/rankStatistics.ts';
import type { AsVitArchitecture } from '../../../spaces/asvit/architecture.ts';
import type { Scores } from '../../correlation/scoreMeasured.ts';
import { mean, median, sampleDeviation, signed } from '../numbers.ts';
import { columnsOf, type Reproduction } from '../reproduction.ts';
import { paper, publishedMeasures } from './figures.ts';

/** In the order of the paper's table; what shares the pass of the one before takes no time of its own. */
const measures = [
  { id: 'curvature', title: 'curvature κ' },
  { id: 'length', title: 'length L' },
  { id: 'curvature-length', title: 'curvature-aware length Lκ', sharesPass: true },
  { id: 'curvature-length-released', title: 'Lκ as released', sharesPass: true },
  { id: 'ntk', title: 'NTK condition number κΘ' },
] as const;

/** What costs nothing. */
const counts = [
  { id: 'length-closed-form', title: 'L, closed form' }, { id: 'kernels', title: 'K2 K3 K4' }, { id: 'params', title: 'parameters' }, { id: 'macs', title: 'MACs' },
] as const;

/** Values of topologies by measure. */
type Columns = Readonly<Record<string, readonly number[]>>;

/** Within so much of 1 or −1, two orders count as the same or as opposite. */
const tolerance = 0.2;

/** What the tau of unrelated orders keeps within in 95 of 100 cases: 1.96 of its deviations (Kendall 1938). */
const chance = (count: number) => 1.96 * Math.sqrt(2 * (2 * count + 5) / (9 * count * (count - 1)));

/** @param scores of the topologies, in their order */
export function complexityTables(topologies: readonly AsVitArchitecture[], scores: Scores): Reproduction[] {
  const valid = [...topologies.keys()].filter((i) => measures.every(({ id }) => scores[id][i].value !== null));
  const valuesOf = (id: string) => valid.map((i) => scores[id][i].value!);
  const productOfKernels = valid.map((i) => topologies[i].kernels.slice(1).reduce((product, kernel) => product * kernel, 1));
  const columns: Columns = Object.fromEntries([...measures, ...counts].map(({ id }) => [id, id === 'kernels' ? productOfKernels : valuesOf(id)]));
  const left = topologies.length - valid.length;
  const invalid = left === 0 ? [] : [`${left} of ${topologies.length} topologies have a measure that is not valid and are left out.`];
  return [timesTable(scores, columns, valid, invalid), mutualTable(columns, valid.length)];
}

function timesTable(scores: Scores, columns: Columns, valid: readonly number[], invalid: readonly string[]): Reproduction {
  const seconds = (id: string) => median(valid.map((i) => (scores[id][i].processorMs ?? NaN) / 1e3));
  const rows = measures.map((measure) => {
    const { id, title } = measure;
    const published = publishedMeasures[id as keyof typeof publishedMeasures];
    const values = columns[id];
    const costs = 'sharesPass' in measure ? ['with κ', 'with κ']
      : [seconds(id).toFixed(1), (mean(valid.map((i) => scores[id][i].macs)) / 1e9).toFixed(0)];
    return [
      title, published ? signed(published.tau) : '', published?.seconds.toFixed(1) ?? '', ...costs,
      `${mean(values).toPrecision(3)} ± ${spread(values)}`,
    ];
  });
  const ratio = (of: (id: 'curvature' | 'length') => number) => (of('curvature') / of('length')).toFixed(1);
  return {
    title: `As-ViT, Table 2: what the measures of ${valid.length} random topologies take`,
    source: `${paper}, Table 2, whose times are means on a V100; here medians of the time that all processors take together`,
    columns: columnsOf('measure', 'published tau with accuracy', 'published time (s)', 'processor time here (s)', 'MACs executed (G)', 'value: mean ± deviation'),
    rows,
    remarks: [
      'The accuracies of the 87 topologies that the paper trained for 300 epochs each were not published, so that tau with accuracy cannot be made here; what can '
        + 'is how the measures order topologies beside each other.',
      `Curvature takes ${ratio((id) => publishedMeasures[id].seconds)} times as long as length in the paper and ${ratio(seconds)} times here: `
        + 'second derivatives come forward with the first ones, in the same pass, which gives curvature-aware length, too.',
      ...invalid,
    ],
  };
}

function mutualTable(columns: Columns, count: number): Reproduction {
  const all = [...measures, ...counts];
  const tau = (a: string, b: string) => kendallTau(columns[a], columns[b]);
  return {
    title: `As-ViT, Table 2: Kendall's tau between the measures of the ${count} topologies`,
    source: `${paper}, section 3.2; values as they are, whichever direction promises more`,
    columns: columnsOf('', ...all.map(({ title }) => title)),
    rows: all.map(({ id, title }, row) => [title, ...all.map((other, column) => (column < row ? signed(tau(id, other.id)) : ''))]),
    remarks: agreementRemarks(columns, count, tau),
  };
}

function agreementRemarks(columns: Columns, count: number, tau: (a: string, b: string) => number): string[] {
  const isClose = (value: number, to: number) => Math.abs(value - to) <= tolerance;
  const opposite = tau('curvature', 'length');
  const [turnWithLength, turnWithNtk] = [tau('curvature-length', 'length'), tau('curvature-length', 'ntk')];
  const bound = chance(count);
  const [byKernels, byClosedForm] = [tau('length', 'kernels'), tau('length', 'length-closed-form')];
  return [
    isClose(opposite, -1)
      ? `Agrees: κ and L order topologies almost oppositely (${signed(opposite)}), as published taus of the same size and opposite sign (−0.49 and 0.49) say.`
      : `Does not agree: published taus of the same size and opposite sign let κ and L order topologies oppositely; here their tau is ${signed(opposite)}.`,
    `${Math.abs(turnWithLength) <= bound ? 'Agrees' : 'Does not agree'}: Lκ, published as unrelated to accuracy (−0.01), has tau ${signed(turnWithLength)} with L; `
      + `its values deviate by ${spread(columns['curvature-length'])}, those of L by ${spread(columns.length)}.`,
    `Not in the paper: L has tau ${signed(byKernels)} with the product of the three re-embedding kernels, which needs no network, and ${signed(byClosedForm)} with the closed form of its expectation.${
      isClose(byKernels, 1) ? " Its tau of 0.49 with accuracy may therefore be the kernels' own." : ''}`,
    `κΘ has tau ${signed(tau('ntk', 'length'))} with L, ${signed(tau('ntk', 'params'))} with parameters and ${signed(tau('ntk', 'macs'))} with MACs; Lκ has ${signed(turnWithNtk)} with κΘ. `
      + `Of unrelated orders of ${count} topologies, 95 of 100 have taus within ±${bound.toFixed(2)}.`,
  ];
}

/** "55 %": the deviation as a share of the mean. */
function spread(values: readonly number[]): string {
  const share = 100 * sampleDeviation(values) / Math.abs(mean(values));
  return `${share.toFixed(share < 2 ? 1 : 0)} %`;
}
