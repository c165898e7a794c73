import { join } from 'node:path';
import { Random } from '../../../base/random.ts';
import { networkParams } from '../../../network/blockGraph.ts';
import type { ProxyId } from '../../../scoring/catalogue.ts';
import { autoFormerTiny } from '../../../spaces/autoformer/space.ts';
import type { MeasuredNetwork } from '../../correlation/measuredSet.ts';
import { needsEngine, scoreMeasured, type Scores, type ScoringInputs } from '../../correlation/scoreMeasured.ts';
import { ScoreRecord } from '../../correlation/scoreRecord.ts';
import type { ReproductionMeans } from '../reproduction.ts';

/** Parameters of the networks of Table 6. */
const window = { min: 5e6, max: 7e6 };

/** Networks of AutoFormer-Tiny of 5 to 7 M parameters, drawn as TF-TAS draws them; more of them begin with the same ones. */
export function drawNetworks(count: number): MeasuredNetwork[] {
  const random = new Random(0).fork('networks of 5 to 7 M parameters');
  const networks: MeasuredNetwork[] = [];
  while (networks.length < count) {
    const arch = autoFormerTiny.sample(random);
    const params = networkParams(autoFormerTiny.lower(arch));
    if (params >= window.min && params < window.max) networks.push({ name: `network ${networks.length + 1}`, space: autoFormerTiny.id, arch, accuracies: [] });
  }
  return networks;
}

export interface SeedScoresOptions {
  readonly proxies: readonly ProxyId[];
  /** From 0 on. */
  readonly seeds: number;
  readonly weights: NonNullable<ScoringInputs['weights']>;
  /** A folder for each seed is made there, where scores are kept; those that it holds are not computed again. */
  readonly out?: string;
}

/**
 * Scores of the same networks with several seeds, of weights and of inputs where there are any.
 * @returns for each seed, the scores by proxy in the order of the networks
 * @throws InputError `other-correlation`, `damaged-scores`; CancelledError
 */
export async function seedScores(networks: readonly MeasuredNetwork[], { proxies, seeds, weights, out }: SeedScoresOptions, means: ReproductionMeans): Promise<Scores[]> {
  const engine = needsEngine(networks, proxies) ? await means.engine() : undefined;
  const each = networks.length * proxies.length;
  const found: Scores[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const inputs = { seeds: [seed], weights };
    const record = out === undefined ? undefined : await ScoreRecord.open(join(out, `seed-${seed}`), inputs);
    found.push(await scoreMeasured(networks, proxies, { ...inputs, engine, record }, {
      signal: means.signal, onProgress: (done, _, note) => means.onProgress?.(seed * each + done, seeds * each, note === '' ? '' : `seed ${seed}, ${note}`),
    }));
  }
  return found;
}
