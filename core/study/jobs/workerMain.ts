import { CancelledError, messageOf, PocketformerError } from '../../base/errors.ts';
import { PauseGate } from '../run/pauseGate.ts';
import { requestSchema } from './messages.ts';
import type { JobTask, LogLevel, WorkerReport } from './messages.ts';
import { findParent } from './parent.ts';
import { ProgressReporter } from './progressReporter.ts';
import { doTask } from './tasks.ts';

/* The program of a compute process: does one task for its parent, obeys it, tells it how things stand, and ends. */

/** How long the outcome may take to arrive. */
const patienceMs = 10_000;

const parent = findParent();
const stop = new AbortController();
const send = (report: WorkerReport) => parent.send(report);
const log = (text: string, level: LogLevel) => send({ type: 'log', level, time: new Date().toISOString(), text });
const gate = new PauseGate((paused) => send({ type: 'paused', paused }));
let hasTask = false;

parent.onMessage((message) => {
  const request = requestSchema.parse(message);
  switch (request.type) {
    case 'task': return hasTask ? undefined : void begin(request.task);
    case 'pause': return gate.pause();
    case 'unpause': return gate.unpause();
    case 'stop': return stop.abort();
    case 'close': return process.exit(0);
  }
});
parent.onGone(() => (hasTask ? stop.abort() : process.exit(0)));
// Ctrl-C in a terminal reaches the parent too, which decides what becomes of its jobs.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => stop.abort());
// A parent that is gone does not read either.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
send({ type: 'ready' });

async function begin(task: JobTask): Promise<void> {
  hasTask = true;
  const reporter = new ProgressReporter(gate, (progress) => send({ type: 'progress', progress }));
  try {
    const result = await doTask(task, {
      gate, log, signal: stop.signal, onProgress: (progress) => reporter.update(progress), onPage: (page) => send({ type: 'page', page }),
    });
    reporter.finish();
    send({ type: 'done', result });
  } catch (error) {
    reporter.finish();
    send(error instanceof CancelledError ? { type: 'stopped' } : failureOf(error));
  }
  if (!process.connected && process.send) process.exit(0);
  parent.onGone(() => process.exit(0));
  setTimeout(() => process.exit(0), patienceMs);
}

function failureOf(error: unknown): WorkerReport {
  if (error instanceof PocketformerError) {
    return { type: 'failed', code: error.code, message: error.message, details: JSON.parse(JSON.stringify(error.details)) as Record<string, unknown> };
  }
  const stack = error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
  return { type: 'failed', code: 'unexpected', message: messageOf(error), details: { stack } };
}
