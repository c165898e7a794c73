import { createHash } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { proxyCatalogue, proxyIds } from '../../scoring/catalogue.ts';
import type { ProxyDescription } from '../../scoring/proxy.ts';
import { baselineIds } from '../../study/correlation/correlate.ts';
import type { JobTask } from '../../study/jobs/messages.ts';
import { pocketformerVersion } from '../../study/studyInfo.ts';
import type { OutputOf, ParsedInputOf } from '../contract/contract.ts';
import type { WorkbenchSettings } from '../contract/types.ts';

export function listProxies(): OutputOf<'proxies.list'> {
  return proxyIds.map((id) => {
    const { title, summary, direction, needs, usesEngine }: Omit<ProxyDescription, 'id'> = proxyCatalogue[id];
    return { id, title, summary, direction, needs, usesEngine, isBaseline: (baselineIds as readonly string[]).includes(id) };
  });
}

/**
 * What a compute process does for it. Scores are kept beside the settings, for each file, number of seeds and version of the
 * program, so that one that was cancelled goes on and further proxies are added to those known.
 */
export function correlationTask(
  { file, rankings, space, seeds: count }: ParsedInputOf<'correlation.compute'>, { path, settings }: { path: string; settings: WorkbenchSettings },
): Extract<JobTask, { kind: 'correlate' }> {
  const seeds = Array.from({ length: count }, (_, i) => i + 1);
  const key = createHash('sha256').update(JSON.stringify([resolve(file), seeds, pocketformerVersion()])).digest('hex').slice(0, 16);
  return { kind: 'correlate', file: resolve(file), rankings, space, seeds, scores: join(dirname(path), 'scores', key), engine: settings.engine };
}
