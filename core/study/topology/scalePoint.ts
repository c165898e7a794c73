import type { Network } from '../../network/network.ts';
import { blockRole } from '../../network/roles.ts';

/** A network as a point of As-ViT's figure 3. */
export interface ScalePoint {
  /** Blocks with attention. */
  readonly totalDepth: number;
  /** Their output channels added up. */
  readonly totalWidth: number;
}

export function scalePoint({ blocks }: Network): ScalePoint {
  const attention = blocks.filter((block) => blockRole(block) === 'attention');
  return { totalDepth: attention.length, totalWidth: attention.reduce((sum, { output }) => sum + output.channels, 0) };
}
