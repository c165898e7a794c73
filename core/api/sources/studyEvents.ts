import { EventFollower } from '../../study/eventFollower.ts';
import type { TopicContext } from '../server.ts';
import { poll } from './polling.ts';

/** At most ten messages a second, and none so long that the window would stand still. */
const intervalMs = 100;
const eventsPerMessage = 5000;

/** A history but for its evaluations, from its file: also of a study or training that another process runs. */
export function followEvents(path: string, { since, emit, fail }: TopicContext<'study.events' | 'training.events' | 'transfer.events'>): () => void {
  const follower = new EventFollower(path);
  let isFirst = true;
  return poll(intervalMs, async () => {
    const added = await follower.update();
    const events = isFirst && since !== undefined ? added.filter(({ seq }) => seq > since) : added;
    for (let from = 0; from < events.length; from += eventsPerMessage) {
      const part = events.slice(from, from + eventsPerMessage);
      emit(part[part.length - 1].seq, { reset: isFirst && since === undefined && from === 0, events: part });
    }
    // Whoever waits for the history wants to know that there is none yet.
    if (isFirst && since === undefined && events.length === 0) emit(0, { reset: true, events: [] });
    isFirst = false;
  }, fail);
}
