/* Runs a study, or resumes it when its folder holds one: arguments are the study file and the folder. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createStudy, openStudy } from '../../../core/study/folder.ts';
import { runStudy } from '../../../core/study/run/runStudy.ts';
import { readStudyFile } from '../../../core/study/studyFile.ts';

const [file, folder] = process.argv.slice(2);
const study = existsSync(join(folder, 'study.json')) ? await openStudy(folder) : await createStudy(folder, await readStudyFile(file));
try {
  await runStudy(study, { onProgress: ({ phase, done }) => console.log(`${phase} ${done}`) });
} finally {
  study.close();
}
