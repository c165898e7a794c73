/* Takes the lock of a folder, tells how that went, and holds it until its input ends. */
import { messageOf } from '../../../core/base/errors.ts';
import { acquireStudyLock } from '../../../core/study/lock.ts';

console.log('ready');
await new Promise((resolve) => process.stdin.once('data', resolve));
try {
  await acquireStudyLock(process.argv[2]);
  console.log('held');
} catch (error) {
  console.log(`refused: ${messageOf(error)}`);
}
process.stdin.resume();
await new Promise((resolve) => process.stdin.once('end', resolve));
