import { networkParams } from '../network/blockGraph.ts';
import { networkMacs } from '../network/counts.ts';
import type { Network } from '../network/network.ts';
import { blockRole } from '../network/roles.ts';
import { mixingCapacity } from './mixingCapacity.ts';
import type { Proxy } from './proxy.ts';

/** A score that is read off the block list. */
const counted = (count: (network: Network) => number): Proxy['score'] => (network) => ({ value: count(network), macs: 0 });

export const params = counted(networkParams);
export const macs = counted(networkMacs);
export const depth = counted(({ blocks }) => blocks.filter((block) => blockRole(block) === 'attention').length);
export const mlpRatios = counted(({ blocks }) => blocks.reduce((sum, block) => sum + ('mlpRatio' in block ? block.mlpRatio : 0), 0));
export const mixing = counted(mixingCapacity);
