import type { ReproductionMeans } from '../../../core/study/reproductions/reproduction.ts';

/** For tables that need no engine. */
export const noMeans: ReproductionMeans = { engine: () => Promise.reject(new Error('This table starts an engine.')) };
