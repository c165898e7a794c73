import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { manifestName, parseManifest } from '../../latency/measurements/manifest.ts';
import { holderElsewhere } from '../../study/jobs/elsewhere.ts';
import type { Job } from '../../study/jobs/job.ts';
import type { JobSupervisor } from '../../study/jobs/supervisor.ts';
import { SessionFollower } from '../../study/measuring/sessionFollower.ts';
import { readText } from '../../study/textFile.ts';
import { measuringView } from '../handlers/measuring.ts';
import type { TopicContext } from '../server.ts';
import { poll } from './polling.ts';
import type { Sequence } from './sequence.ts';

const intervalMs = 200;
const logLines = 200;

/** A session from its folder, so that one which a terminal measures is seen as well, with what its job says. */
export function followSession(
  session: string, { supervisor, sequence }: { supervisor: JobSupervisor; sequence: Sequence }, { emit, fail }: TopicContext<'measuring.session'>,
): () => void {
  const folder = resolve(session);
  const follower = new SessionFollower(folder);
  let names: ReadonlyMap<string, string> | undefined;
  let told = '';
  return poll(intervalMs, async () => {
    const hasNews = await follower.update();
    const log = supervisor.log(jobOf(folder, supervisor)?.id ?? folder).slice(-logLines);
    const runsElsewhere = existsSync(folder) && holderElsewhere(folder, supervisor.pids()) !== undefined;
    const version = JSON.stringify([runsElsewhere, log.at(-1)?.seq ?? 0]);
    if (told === version && !hasNews) return;
    told = version;
    const { state } = follower;
    names ??= state && await namesOf(folder, supervisor);
    emit(sequence.next(), { state: state === undefined ? null : measuringView(state, names ?? new Map()), runsElsewhere, log: log.map((line) => ({ ...line })) });
  }, fail);
}

/** The job that measures this session, or calibrates the device that it belongs to. */
function jobOf(folder: string, supervisor: JobSupervisor): Job | undefined {
  return supervisor.get(folder) ?? supervisor.get(dirname(dirname(folder)));
}

/** What models are called: by the manifest that is measured, or that of the calibration that the session belongs to. */
async function namesOf(folder: string, supervisor: JobSupervisor): Promise<ReadonlyMap<string, string>> {
  const task = supervisor.get(folder)?.task;
  const models = task?.kind === 'measure' && typeof task.models === 'string' ? task.models : join(dirname(dirname(folder)), 'sets', basename(folder));
  const manifest = join(models, manifestName);
  if (!existsSync(manifest)) return new Map();
  return new Map(parseManifest(await readText(manifest), basename(manifest)).models.map(({ sha256, name }) => [sha256, name]));
}
