import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../../core/base/csv.ts';
import { readMeasured } from '../../../core/study/correlation/readMeasured.ts';
import { getSpace, spaceIds } from '../../../core/spaces/index.ts';
import { networkParams } from '../../../core/network/blockGraph.ts';
import { scratchFolder } from '../../cli/harness.ts';

const folder = scratchFolder();
async function read(name: string, content: unknown, space?: string) {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readMeasured(path, space);
}

describe('comma-separated values', () => {
  it('may be quoted, with commas, doubled quotes and line ends inside', () => {
    expect(parseCsv('\uFEFFa, b\r\n"x,""y""",2\n\n"1\n2",\n', 'f')).toEqual([
      { line: 1, cells: ['a', 'b'] }, { line: 2, cells: ['x,"y"', '2'] }, { line: 4, cells: ['1\n2', ''] },
    ]);
  });

  it('are refused with the line where a quote stands open', () => {
    expect(() => parseCsv('a,b\n"x,2\n', 'f')).toThrow(/f:2: is not CSV/);
  });
});

describe('measured accuracies', () => {
  const t1 = JSON.stringify(getSpace('elasticvit').networks.T1).replaceAll('"', '""');

  it('are read from CSV with names, genotypes, sizes and gaps', async () => {
    const set = await read('phones.csv', `arch,resolution,imagenet,cifar\nS1,,77.2,\n"${t1}",160,67.2,90\nL3,,80,95\nM,,79.1,94\n`, 'elasticvit');
    expect(set).toMatchObject({ title: 'phones', columns: [{ name: 'imagenet' }, { name: 'cifar' }] });
    expect(set.networks.map(({ name, accuracies, resolution }) => [name, resolution, ...accuracies])).toEqual([
      ['S1', undefined, 77.2, null], ['T1', 160, 67.2, 90], ['L3', undefined, 80, 95], ['M', undefined, 79.1, 94],
    ]);
  });

  it('are read from JSON, what is said for the file holding for every network that says nothing else', async () => {
    const network = (arch: string, imagenet: number, own = {}) => ({ arch, accuracies: { imagenet }, ...own });
    const set = await read('own.json', {
      format: 'pocketformer-accuracies', version: 1, title: 'Three', space: 'elasticvit', classes: 10, columns: { imagenet: { title: 'ImageNet-1k' } },
      networks: [network('T1', 67.2), network('L3', 80, { classes: 7, name: 'large' }), network('max', 81, { space: 'elasticvit-mini' })],
    });
    expect(set).toMatchObject({ title: 'Three', columns: [{ name: 'imagenet', title: 'ImageNet-1k' }] });
    expect(set.networks.map(({ name, space, classes }) => [name, space, classes])).toEqual([
      ['T1', 'elasticvit', 10], ['large', 'elasticvit', 7], ['max', 'elasticvit-mini', 10],
    ]);
  });

  it.each([
    ['no arch', 'space,imagenet\nelasticvit,1\n', /no column "arch"/],
    ['a short line', 'space,arch,imagenet\nelasticvit,T1\n', /short line\.csv:2: has 2 cells; the first line has 3/],
    ['no number', 'space,arch,imagenet\nelasticvit,T1,good\n', /number\.csv:2: imagenet: expected a number or nothing, got "good"/],
    ['no space', 'arch,imagenet\nT1,1\nT2,2\n', /space\.csv:2: names no search space/],
    ['no such network', 'space,arch,imagenet\nelasticvit,T9,1\n', /network\.csv:2: "T9" is no architecture/],
    ['too few', 'space,arch,imagenet\nelasticvit,T1,1\nelasticvit,T2,2\n', /has 2 accuracies of imagenet; a comparison needs at least 3/],
    ['no column', 'space,arch\nelasticvit,T1\n', /no column of accuracies/],
  ])('are refused with %s, saying where', async (name, content, message) => {
    await expect(read(`${name}.csv`, content)).rejects.toThrow(message);
  });

  it('are refused as JSON that is not of the form, naming the field', async () => {
    const wrong = { format: 'pocketformer-accuracies', version: 1, networks: [{ arch: 'T1', accuracies: { imagenet: 'good' } }] };
    await expect(read('wrong.json', wrong)).rejects.toThrow(/networks\[0\]\.accuracies\.imagenet: expected a number/);
  });
});

const vitBench = new URL('../../../../shared/data/vitbench/vitbench101_autoformer.json', import.meta.url).pathname;
const missing = !existsSync(vitBench) ? 'no ../shared/data' : !spaceIds.includes('autoformer-tiny') ? 'no space autoformer-tiny' : '';

describe(`ViT-Bench-101${missing && ` (skipped: ${missing})`}`, () => {
  it.skipIf(missing)('is read as plain blocks whose parameters are those that the file states', async () => {
    const { records } = JSON.parse(await (await import('node:fs/promises')).readFile(vitBench, 'utf8')) as { records: { derived: { params_100cls_plain: number } }[] };
    const { networks, columns } = await readMeasured(vitBench);
    const params = networks.map(({ space, arch, classes }) => networkParams(getSpace(space).lower(arch, { classes })));
    expect(params).toEqual(records.map(({ derived }) => derived.params_100cls_plain));
    // tftas.md 5.2: the supernet's checkpoint is broken at width 240.
    const inherited = columns.findIndex(({ name }) => name === 'imagenet_super');
    const isBroken = ({ arch }: { arch: unknown }) => (arch as { embedDim: number }).embedDim === 240;
    expect(networks.filter((network) => network.accuracies[inherited] === null).every(isBroken)).toBe(true);
    expect(networks.filter(isBroken).every(({ accuracies }) => accuracies[inherited] === null)).toBe(true);
  });
});
