import { parentPort, workerData } from 'node:worker_threads';
import { failureOf } from '../../base/failure.ts';
import { timedPortion } from '../queue/timedPortion.ts';
import { makeScorer } from './scorer.ts';
import type { ScorerOptions } from './scorer.ts';
import type { ScoreReply, ScoreRequest } from './threadMessages.ts';

/* The program of a scoring thread: scores what it is sent, in turn. */

const reply = (message: ScoreReply) => parentPort!.postMessage(message);

const scorer = makeScorer(workerData as ScorerOptions);
scorer.catch((error: unknown) => reply({ failure: failureOf(error) }));
parentPort!.on('message', ({ id, archs }: ScoreRequest) => {
  scorer.then((score) => reply({ id, ...timedPortion(() => score(archs)) })).catch((error: unknown) => reply({ id, failure: failureOf(error) }));
});
