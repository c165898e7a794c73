import { parentPort, workerData } from 'node:worker_threads';
import { failureOf } from '../../../base/failure.ts';
import { giveWayToOtherThreads } from '../../../base/threadPriority.ts';
import { abandon, TeacherSession, type SharedBatch } from './session.ts';
import type { AnswerReply, AnswerRequest, ThreadOptions } from './threadMessages.ts';

/* The program of a teacher's thread: answers its share of each batch, with a session of its own. */

// The training that goes on meanwhile works in step on all processors: whoever takes one from it keeps all waiting.
giveWayToOtherThreads();
const { run, threads } = workerData as ThreadOptions;
const session = new TeacherSession(run, threads);

parentPort!.on('message', ({ id, batch }: AnswerRequest) => parentPort!.postMessage({ id, ...answer(batch) } satisfies AnswerReply));

function answer(batch: SharedBatch) {
  try {
    let images = 0;
    for (let taken = 0; (taken = session.answerNext(batch)) > 0;) images += taken;
    return { images };
  } catch (error) {
    abandon(batch);
    return { failure: failureOf(error) };
  }
}
