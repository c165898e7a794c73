/*
 * How far fast DSS is from the literal form on random architectures of a space: relative errors and Kendall's tau, for the
 * published formula and the released one.
 *
 *   node --import tsx test/bench/dssAgreement.ts SPACE COUNT [FILE]
 *
 * A literal score takes a second or two. With FILE, scores are kept there, a line each, and a run that was stopped goes on.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { Random } from '../../core/base/random.ts';
import { kendallTau } from '../../core/base/rankStatistics.ts';
import { startEngine } from '../../core/engine/engines.ts';
import { SeedContext } from '../../core/scoring/context.ts';
import { getProxy } from '../../core/scoring/proxies.ts';
import { getSpace } from '../../core/spaces/index.ts';

const [spaceId = 'autoformer-tiny', countText = '500', file] = process.argv.slice(2);
const pairs = [['dss', 'dss-literal'], ['dss-released', 'dss-released-literal']] as const;

/** Values and multiply-accumulates by proxy. */
type Scored = Record<string, { readonly value: number; readonly macs: number }>;

const space = getSpace(spaceId);
const engine = await startEngine('ort', { threads: 1 });
const context = new SeedContext({ engine, random: new Random(1), supernet: space.lower(space.largest, { supernet: true }) });
const random = new Random('agreement');
const scored: Scored[] = file !== undefined && existsSync(file)
  ? readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Scored) : [];
for (let i = 0; i < Number(countText); i++) {
  const network = space.lower(space.sample(random));
  if (i < scored.length) continue;
  const line = Object.fromEntries(pairs.flat().map((id) => {
    const { value, macs } = getProxy(id).score(network, context);
    return [id, { value, macs }];
  }));
  scored.push(line);
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
for (const [fast, literal] of pairs) {
  const [a, b] = [fast, literal].map((id) => scored.map((line) => line[id].value));
  const errors = a.map((value, i) => 100 * (value / b[i] - 1));
  const spread = Math.sqrt(mean(errors.map((error) => (error - mean(errors)) ** 2)));
  const macs = [fast, literal].map((id) => mean(scored.map((line) => line[id].macs)) / 1e6);
  console.log(`${spaceId}, ${scored.length} architectures, ${fast}: error ${mean(errors).toFixed(3)} % (deviation ${spread.toFixed(3)}, at most `
    + `${Math.max(...errors.map(Math.abs)).toFixed(3)}), tau ${kendallTau(a, b).toFixed(4)}, ${macs[0].toFixed(1)} against ${macs[1].toFixed(0)} M multiply-accumulates`);
}
