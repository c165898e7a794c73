import { writeLargeStudy } from './largeStudy.ts';

/** `node --import tsx test/study/makeLargeStudy.ts DIR N` writes a finished study with N evaluations. */
const [directory, count] = process.argv.slice(2);
const evaluations = Number(count);
if (!directory || !Number.isInteger(evaluations) || evaluations < 1) {
  process.stderr.write('Usage: node --import tsx test/study/makeLargeStudy.ts DIR N\n');
  process.exitCode = 2;
} else {
  await writeLargeStudy(directory, { evaluations });
  process.stdout.write(`${directory}: a finished study with ${evaluations} evaluations\n`);
}
