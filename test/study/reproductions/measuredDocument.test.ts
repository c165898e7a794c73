import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startEngine } from '../../../core/engine/engines.ts';
import type { Engine } from '../../../core/engine/engine.ts';
import { Random } from '../../../core/base/random.ts';
import { SeedContext } from '../../../core/scoring/context.ts';
import { getProxy } from '../../../core/scoring/proxies.ts';
import { scoreNetworks } from '../../../core/scoring/score.ts';
import { asVit } from '../../../core/spaces/asvit/space.ts';
import { autoFormerTiny } from '../../../core/spaces/autoformer/space.ts';
import { ScoreRecord } from '../../../core/study/correlation/scoreRecord.ts';
import { asVitComplexity } from '../../../core/study/reproductions/asvit/complexity.ts';
import { drawTopologies } from '../../../core/study/reproductions/asvit/complexityScores.ts';
import { asVitPolicy } from '../../../core/study/reproductions/asvit/policy.ts';
import { asVitScaling } from '../../../core/study/reproductions/asvit/scaling.ts';
import { reproductionMarkdown, type Reproduction } from '../../../core/study/reproductions/reproduction.ts';
import { drawNetworks } from '../../../core/study/reproductions/tftas/seedScores.ts';
import { scratchFolder } from '../scratch.ts';
import { noMeans } from './noMeans.ts';

/**
 * Tables that take minutes are written down with what was measured for them. Here they are made of that anew, and some of what was
 * measured is measured once more.
 */
const folder = scratchFolder();
const measured = fileURLToPath(new URL('../../../docs/reproductions/', import.meta.url));
const document = readFileSync(new URL('../../../docs/reproductions.md', import.meta.url), 'utf8');

function expectInDocument(tables: readonly Reproduction[]): void {
  for (const table of tables) expect(document).toContain(reproductionMarkdown(table).trim());
}

describe("As-ViT's measures in the document", () => {
  const count = Number(/reproduce asvit-complexity --count (\d+)/.exec(document)![1]);

  it('are those of the record', async () => {
    const out = join(folder, 'complexity');
    cpSync(join(measured, 'asvit-complexity'), out, { recursive: true });
    // Whatever is not in the record would be measured, which this engine cannot do.
    expectInDocument(await asVitComplexity.make({ count, out }, { engine: async () => ({} as Engine) }));
  });

  it('come out the same now', async () => {
    const out = join(folder, 'again');
    cpSync(join(measured, 'asvit-complexity'), out, { recursive: true });
    const record = await ScoreRecord.open(out, { seeds: [1] });
    const engine = await startEngine('auto');
    const context = new SeedContext({ engine, random: new Random(1) });
    const topology = drawTopologies(1)[0];
    const network = asVit.lower(topology);
    for (const id of ['length', 'length-closed-form', 'params', 'macs'] as const) {
      const { value } = record.get(`asvit ${asVit.key(topology)} 1000 224`, id)!;
      expect(getProxy(id).score(network, context).value / value!, id).toBeCloseTo(1, 3);
    }
  });
});

describe("As-ViT's search and scaling in the document", () => {
  it('end in the policy that the records lead to', async () => {
    expectInDocument(await asVitPolicy.make({ from: join(measured, 'asvit-policy') }, noMeans));
  });

  it('go the way that the records lead', async () => {
    expectInDocument(await asVitScaling.make({ from: join(measured, 'asvit-scaling') }, noMeans));
  });
});

describe("TF-TAS's seeds in the document", () => {
  it('give the networks that a search would take the scores that stand there', () => {
    const [, section] = document.split('### TF-TAS, Table 6: the best of 1,000 networks by dss\n');
    const rows = section.split('\n').filter((line) => line.startsWith('| seed ')).slice(0, 4).map((line) => line.split('|').map((cell) => cell.trim()).slice(1, -1));
    const drawn = new Map(drawNetworks(1000).map(({ arch }) => [autoFormerTiny.key(autoFormerTiny.parse(arch)), autoFormerTiny.parse(arch)]));
    const networks = rows.map((row) => autoFormerTiny.lower(drawn.get(row.at(-1)!)!));
    const supernet = autoFormerTiny.lower(autoFormerTiny.largest, { supernet: true });
    for (const seed of [0, 3]) {
      const found = scoreNetworks([getProxy('dss')], networks, [new SeedContext({ random: new Random(seed), supernet })]);
      expect(found.map(([{ value }]) => value.toPrecision(6))).toEqual(rows.map((row) => row[2 + seed].split(' ')[0]));
    }
  });
});
