import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, PocketformerError } from '../../base/errors.ts';
import { timedPortion } from '../queue/timedPortion.ts';
import { makeScorer } from './scorer.ts';
import type { ScorerOptions } from './scorer.ts';
import type { ScoreReply, ScoreRequest } from './threadMessages.ts';

/* The program of a scoring thread: scores what it is sent, in turn. */

const reply = (message: ScoreReply) => parentPort!.postMessage(message);
const failureOf = (error: unknown) => ({
  name: error instanceof Error ? error.name : 'Error', message: messageOf(error),
  ...(error instanceof PocketformerError ? { code: error.code } : {}),
});

const scorer = makeScorer(workerData as ScorerOptions);
scorer.catch((error: unknown) => reply({ failure: failureOf(error) }));
parentPort!.on('message', ({ id, archs }: ScoreRequest) => {
  scorer.then((score) => reply({ id, ...timedPortion(() => score(archs)) })).catch((error: unknown) => reply({ id, failure: failureOf(error) }));
});
