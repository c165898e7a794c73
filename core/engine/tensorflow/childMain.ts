import { messageOf } from '../../base/errors.ts';
import type { ChildAnswer, ChildTask } from './inChild.ts';

/* Does one task with TensorFlow loaded, answers its parent, and ends. */
process.once('message', async ({ task, package: installed }: ChildTask) => {
  let answer: ChildAnswer;
  try {
    const value = task === 'probe'
      ? (await import('./probe.ts')).probeHere(installed)
      : await (await import('./check.ts')).checkHere(installed);
    answer = { ok: true, value };
  } catch (error) {
    answer = { ok: false, message: messageOf(error) };
  }
  process.send!(answer, () => process.exit(0));
});
