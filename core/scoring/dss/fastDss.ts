import type { Network } from '../../network/network.ts';
import type { ProxyResult, ScoringContext } from '../proxy.ts';
import { reduceTokens, type NotReducible, type ReducedNetwork } from './classes/reduce.ts';
import type { FastDss } from './fast/batch.ts';
import { fastDevice } from './fast/device.ts';
import { FastScorer } from './fast/scorer.ts';
import { dssLiteral, dssLiteralHalf, dssReleasedLiteral } from './literal.ts';
import { dssFormulas, dssValue, type WeightSigns } from './terms.ts';

type Formula = keyof typeof dssFormulas;

const literal: Readonly<Record<Formula, (network: Network, context: ScoringContext) => ProxyResult>> = {
  dss: dssLiteral, 'dss-released': dssReleasedLiteral,
  'dss-msa': (network, context) => dssLiteralHalf(network, context, 'msa'),
  'dss-mlp': (network, context) => dssLiteralHalf(network, context, 'mlp'),
};

/** Whether a network's tokens can be put together, so that the fast form is the whole of it. */
export function hasFastDss(network: Network): boolean {
  return !('reason' in reduceTokens(network));
}

/**
 * A DSS-indicator of many networks together, by classes of equal tokens; literally, and saying so, where a network does not
 * keep equal tokens equal.
 */
export function fastDss(formula: Formula, networks: readonly Network[], context: ScoringContext): ProxyResult[] {
  const { signs } = dssFormulas[formula];
  const found = termsOf(networks, context, signs);
  return networks.map((network, i): ProxyResult => {
    const terms = found[i];
    if ('reason' in terms) return { ...literal[formula](network, context), note: `computed literally, because ${terms.reason}` };
    const { macs, qkv, project, mlp } = terms;
    return { value: dssValue(dssFormulas[formula], terms), macs, parts: { qkv, project, mlp } };
  });
}

/** The error grows with the square of the spread: from .1 % for fresh weights, of spread .04, to 1 % (docs/methods.md). */
const widestSpread = 0.09;

type Found = FastDss | NotReducible;

function checked(terms: FastDss): Found {
  if (!(terms.positionSpread > widestSpread)) return terms;
  return { reason: `its learned positions set tokens apart by ${(100 * terms.positionSpread).toFixed(0)} % of what channels differ by` };
}

/** What each context's networks were found to have, for formulas that differ only in what they add up. */
const known = new WeakMap<ScoringContext, Map<WeightSigns, WeakMap<Network, Found>>>();

function termsOf(networks: readonly Network[], context: ScoringContext, signs: WeightSigns): Found[] {
  let ofContext = known.get(context);
  if (!ofContext) known.set(context, ofContext = new Map());
  let ofSigns = ofContext.get(signs);
  if (!ofSigns) ofContext.set(signs, ofSigns = new WeakMap());
  const found = ofSigns;
  const missing = networks.filter((network) => !found.has(network));
  const reducible: { network: Network; reduced: ReducedNetwork }[] = [];
  for (const network of missing) {
    const reduced = reduceTokens(network);
    if ('reason' in reduced) found.set(network, reduced);
    else reducible.push({ network, reduced });
  }
  if (context.supernet) {
    const scorer = sharedScorer(context, signs);
    scorer.score(reducible.map(({ reduced }) => reduced)).forEach((terms, i) => found.set(reducible[i].network, checked(terms)));
  } else {
    for (const { network, reduced } of reducible) {
      const scorer = new FastScorer(fastDevice(), context.weightsOf(network), { signs, norms: 'random' });
      found.set(network, checked(scorer.score([reduced])[0]));
      scorer.dispose();
    }
  }
  return networks.map((network) => found.get(network)!);
}

/** The last context's, one for each way of taking the weights: their slices take a few hundred megabytes. */
let kept: { readonly context: ScoringContext; readonly scorers: Map<WeightSigns, FastScorer> } | undefined;

function sharedScorer(context: ScoringContext, signs: WeightSigns): FastScorer {
  if (kept?.context !== context) {
    for (const scorer of kept?.scorers.values() ?? []) scorer.dispose();
    kept = { context, scorers: new Map() };
  }
  let scorer = kept.scorers.get(signs);
  if (!scorer) kept.scorers.set(signs, scorer = new FastScorer(fastDevice(), context.supernet!, { signs, norms: 'random' }));
  return scorer;
}
