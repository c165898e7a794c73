import { networkParams } from '../../../network/blockGraph.ts';
import type { Network } from '../../../network/network.ts';
import { getSpace, type SearchSpace } from '../../../spaces/index.ts';
import { listed, roundsTo, signedPercent } from '../numbers.ts';
import type { PrintedNetwork } from './figures.ts';

/** A printed network as it is built here. */
export interface CountedNetwork extends PrintedNetwork {
  readonly searchSpace: SearchSpace;
  readonly arch: unknown;
  readonly network: Network;
  /** Of the network here. */
  readonly parameters: number;
}

export function counted(printed: PrintedNetwork): CountedNetwork {
  const searchSpace = getSpace(printed.space);
  const arch = searchSpace.networks[printed.name];
  const network = searchSpace.lower(arch);
  return { ...printed, searchSpace, arch, network, parameters: networkParams(network) };
}

/** Whether a count rounds to the printed figure, of which a last digit of 0 behind ten or more may be padding ("12.0"). */
export function meets(count: number, unit: number, printed: string): boolean {
  const isPadded = printed.endsWith('.0') && Number(printed) >= 10;
  return roundsTo(count / unit, isPadded ? printed.slice(0, -2) : printed);
}

/** How far the printed parameters are from those of the networks here. */
export const printedParamsError = ({ parameters, params }: CountedNetwork): number => Number(params) * 1e6 / parameters - 1;

/** Whose parameters round to the printed ones, and how far the others' printed ones are off. */
export function paramsRemark(networks: readonly CountedNetwork[]): string {
  const isMet = ({ parameters, params }: CountedNetwork) => meets(parameters, 1e6, params);
  const titles = (some: readonly CountedNetwork[]) => listed(some.map(({ title }) => title));
  const others = networks.filter((network) => !isMet(network));
  const agreeing = `Parameters round to the printed ones for ${titles(networks.filter(isMet))}`;
  if (others.length === 0) return `${agreeing}.`;
  return `${agreeing}; the printed ones differ by ${listed(others.map((network) => `${signedPercent(printedParamsError(network), 1)} for ${network.title}`))}.`;
}

/** Whether every choice of an architecture is one of its space's. */
export function isInside({ searchSpace, arch }: CountedNetwork): boolean {
  const values = searchSpace.coordinates(arch);
  return values.every((value, i) => searchSpace.dimensions[i].values.includes(value))
    && searchSpace.key(searchSpace.fromCoordinates(values)) === searchSpace.key(arch);
}
