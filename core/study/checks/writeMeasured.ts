import { dirname } from 'node:path';
import { makeDirectory, writeFileAtomic } from '../files.ts';
import type { StudyDescription } from '../folder.ts';
import { frontsSvg, pictureOf } from '../frontsPicture.ts';
import { refreshLatencies } from '../modelCard/refreshLatencies.ts';
import type { StudySummary } from '../summary.ts';
import { measuredMarkdown } from './measuredMarkdown.ts';
import { measuredByKey, studyChecks, type DeviceChecks } from './studyChecks.ts';

/** Writes what a study has measured beside what was predicted, as a table, a picture, and on its models' cards. @throws EnvironmentError `disk-full` or `cannot-write` */
export async function writeMeasured(study: Pick<StudyDescription, 'paths' | 'settings' | 'info'>, summary: StudySummary): Promise<readonly DeviceChecks[]> {
  const checks = await studyChecks(study, summary);
  await makeDirectory(dirname(study.paths.measuredMarkdown));
  await writeFileAtomic(study.paths.measuredMarkdown, measuredMarkdown(summary.name, checks));
  if (summary.result) await writeFileAtomic(study.paths.measuredSvg, frontsSvg(pictureOf(summary.result, [], { title: `${summary.name}: measured` }, measuredByKey(checks))));
  await refreshLatencies(study);
  return checks;
}
