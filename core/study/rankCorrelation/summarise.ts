import { bootstrapInterval, type Interval } from '../../base/bootstrap.ts';
import { Random } from '../../base/random.ts';
import { kendallTau } from '../../base/rankStatistics.ts';
import type { RankRecord } from './record.ts';

/** Kendall's tau-b of a ranking with that of the retrained accuracies. */
export interface RankAgreement {
  /** NaN where one side is constant. */
  readonly tau: number;
  /** 95 %, over a choice of other subnets. */
  readonly interval: Interval | undefined;
}

export interface RankSummary {
  readonly inherited: RankAgreement;
  /** What inherited accuracy must beat: it costs nothing. */
  readonly macs: RankAgreement;
  /** A sentence each, for people. */
  readonly remarks: readonly string[];
}

/** @param record of which every subnet is retrained */
export function summariseRanks({ subnets, seed }: RankRecord): RankSummary {
  const retrained = subnets.map((subnet) => subnet.retrained!);
  const inherited = agreement(subnets.map((subnet) => subnet.inherited!), retrained, seed);
  const macs = agreement(subnets.map((subnet) => subnet.macs), retrained, seed);
  return { inherited, macs, remarks: remarksOn(inherited, macs, subnets.length) };
}

function agreement(values: readonly number[], retrained: readonly number[], seed: number): RankAgreement {
  const tauOf = (indices: readonly number[]) => kendallTau(indices.map((i) => values[i]), indices.map((i) => retrained[i]));
  return { tau: tauOf([...values.keys()]), interval: bootstrapInterval(values.length, tauOf, { random: new Random(`${seed}/bootstrap`) }) };
}

function remarksOn(inherited: RankAgreement, macs: RankAgreement, count: number): string[] {
  if (Number.isNaN(inherited.tau)) {
    return ['All subnets have the same accuracy, inherited or retrained, so there is no order to compare; train for longer, or judge on more images.'];
  }
  const { interval } = inherited;
  const remarks = interval && interval.low > 0
    ? ['Inherited accuracy orders these subnets as training each from scratch does, better than chance would.']
    : [`The interval includes 0: these ${count} subnets do not show that inherited accuracy tells which network is better once trained. `
      + 'Compare more subnets, or train the supernet for longer.'];
  if (macs.tau >= inherited.tau) {
    remarks.push('MACs alone order them as well or better: so far a search by inherited accuracy finds little more than a choice by size would.');
  }
  return remarks;
}
