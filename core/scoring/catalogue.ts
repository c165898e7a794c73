import type { ProxyDescription } from './proxy.ts';

/** Every proxy, described; `proxies.ts` has what computes them. Apart, because help and pickers only need this. */
export const proxyCatalogue = {
  params: {
    title: 'Parameters', direction: 'higher', needs: 'nothing', usesEngine: false,
    summary: 'Trainable parameters.',
  },
  macs: {
    title: 'MACs', direction: 'higher', needs: 'nothing', usesEngine: false,
    summary: 'Multiply-accumulates of one forward pass of one image.',
  },
  depth: {
    title: 'Depth', direction: 'higher', needs: 'nothing', usesEngine: false,
    summary: 'Number of attention blocks.',
  },
  'mlp-ratios': {
    title: 'Sum of MLP ratios', direction: 'higher', needs: 'nothing', usesEngine: false,
    summary: 'Sum of the MLP ratios of all MLP blocks.',
  },
} as const satisfies Readonly<Record<string, Omit<ProxyDescription, 'id'>>>;

export type ProxyId = keyof typeof proxyCatalogue;

export const proxyIds = Object.keys(proxyCatalogue) as readonly ProxyId[];
