import { messageOf, PocketformerError } from '../../../base/errors.ts';
import type { HostAnswer, HostRequest } from './messages.ts';
import { runHere } from './runHere.ts';

/* The program of the measuring process: runs what its parent sends, one after the other, and ends with it. */

function answerTo(request: HostRequest): HostAnswer {
  try {
    return { ok: true, value: runHere(request) };
  } catch (error) {
    return { ok: false, message: messageOf(error), ...(error instanceof PocketformerError ? { code: error.code } : {}) };
  }
}

process.on('message', (request: HostRequest) => process.send!(answerTo(request)));
process.on('disconnect', () => process.exit(0));
// Ctrl-C in a terminal reaches the parent too, which decides.
process.on('SIGINT', () => undefined);
