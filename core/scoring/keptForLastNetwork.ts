import type { Network } from '../network/network.ts';
import type { ScoringContext } from './proxy.ts';

type Measure<T> = (network: Network, context: ScoringContext) => T;

/** What was computed of a context's last network is there when it is asked for again: for proxies that share the work. */
export function keptForLastNetwork<T>(compute: Measure<T>): Measure<T> {
  const last = new WeakMap<ScoringContext, { readonly network: Network; readonly result: T }>();
  return (network, context) => {
    let kept = last.get(context);
    if (kept?.network !== network) last.set(context, kept = { network, result: compute(network, context) });
    return kept.result;
  };
}
