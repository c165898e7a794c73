import type { Engine } from '../../engine/engine.ts';

/** "ort 1.30.0". */
export const engineText = ({ info: { id, version } }: Pick<Engine, 'info'>) => `${id} ${version}`;
