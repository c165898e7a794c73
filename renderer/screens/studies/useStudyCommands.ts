import type { StudyRow } from '../../../core/api/contract/types.ts';
import { asApiError, useApi } from '../../api/useApi.ts';
import { host } from '../../host/host.ts';
import { useToasts } from '../../kit/index.ts';
import { useRouter } from '../../router/router.ts';
import { useJobs } from '../../stores/jobs.ts';
import { abilitiesOf, viewOf } from './studyAbilities.ts';
import { resumeCommand } from './commandLine.ts';
import { copyName, namesOf } from './studyNames.ts';

type Rows = readonly StudyRow[];

export interface StudyCommands {
  open(row: StudyRow): void;
  /** Begins, resumes or continues, whatever each needs. */
  start(rows: Rows): Promise<void>;
  pause(rows: Rows): Promise<void>;
  stop(rows: Rows): Promise<void>;
  compare(rows: Rows): void;
  /** A copy under the given name, without looking at it first. */
  duplicate(row: StudyRow): Promise<void>;
  rename(row: StudyRow, name: string): Promise<boolean>;
  setTags(rows: Rows, change: { add: readonly string[]; remove: readonly string[] }): Promise<boolean>;
  setArchived(rows: Rows, archived: boolean): Promise<void>;
  trash(rows: Rows): Promise<void>;
  forget(row: StudyRow): Promise<void>;
  copyCommand(row: StudyRow): Promise<void>;
  copyPath(row: StudyRow): Promise<void>;
  copyText(text: string, what: string): Promise<void>;
  reveal(row: StudyRow): Promise<void>;
}

/** What can be done with studies, with what came of it said in a toast. Nothing here throws. */
export function useStudyCommands(): StudyCommands {
  const api = useApi();
  const jobs = useJobs();
  const router = useRouter();
  const toasts = useToasts();

  /** Does something with each; says what failed, and whether all went well. */
  async function each(rows: Rows, what: string, run: (row: StudyRow) => Promise<unknown>): Promise<boolean> {
    const outcomes = await Promise.allSettled(rows.map(run));
    const failed = outcomes.flatMap((outcome, index) => (outcome.status === 'rejected' ? [{ row: rows[index], reason: outcome.reason as unknown }] : []));
    if (failed.length > 0) {
      toasts.show({
        tone: 'danger', title: `${what} did not work for ${namesOf(failed.map(({ row }) => row))}`, message: asApiError(failed[0].reason).message,
      });
    }
    return failed.length === 0;
  }

  const all = async (what: string, run: () => Promise<unknown>): Promise<boolean> => {
    try {
      await run();
      return true;
    } catch (error) {
      toasts.show({ tone: 'danger', title: `${what} did not work`, message: asApiError(error).message });
      return false;
    }
  };

  const ids = (rows: Rows) => rows.map((row) => row.id);

  async function copy(text: string, what: string): Promise<void> {
    if (await all('Copying', () => host.copyText(text))) toasts.show({ tone: 'success', title: `Copied ${what}`, message: text });
  }

  async function restore(trashed: string[], title: string): Promise<void> {
    if (await all('Restoring', () => api.call('studies.restore', { trashed }))) toasts.show({ tone: 'success', title });
  }

  return {
    open: (row) => router.go({ screen: 'study', study: row.id, view: viewOf(row) }),
    async start(rows) {
      const startable = rows.filter((row) => abilitiesOf(row).start !== null || abilitiesOf(row).unpause);
      const ok = await each(startable, 'Starting', (row) => (abilitiesOf(row).unpause ? jobs.unpause(row.id) : jobs.start(row.id)));
      if (ok && startable.length === 1) {
        const [row] = startable;
        toasts.show({
          tone: 'success', title: abilitiesOf(row).start === 'start' ? `Started ${row.name}` : `${row.name} goes on`,
          action: { label: 'Watch', run: () => router.go({ screen: 'study', study: row.id, view: 'run' }) },
        });
      }
    },
    async pause(rows) {
      await each(rows.filter((row) => abilitiesOf(row).pause), 'Pausing', (row) => jobs.pause(row.id));
    },
    async stop(rows) {
      const stoppable = rows.filter((row) => abilitiesOf(row).stop);
      if (await each(stoppable, 'Stopping', (row) => jobs.stop(row.id))) {
        toasts.show({ title: `Stopping ${namesOf(stoppable)}`, message: 'At the next safe point; it can be resumed from there.' });
      }
    },
    compare: (rows) => router.go({ screen: 'compare', studies: ids(rows) }),
    async duplicate(row) {
      await all('Duplicating', async () => {
        const { study } = await api.call('studies.duplicate', { study: row.id, name: copyName(row.name) });
        toasts.show({
          tone: 'success', title: `Made ${copyName(row.name)}`, message: 'With the same settings. It has not been started.',
          action: { label: 'Start', run: () => void all('Starting', () => jobs.start(study)) },
        });
      });
    },
    rename: (row, name) => all('Renaming', () => api.call('studies.rename', { study: row.id, name })),
    setTags: (rows, { add, remove }) => each(rows, 'Tagging', (row) => api.call('studies.setTags', {
      study: row.id, tags: [...new Set([...row.tags.filter((tag) => !remove.includes(tag)), ...add])],
    })),
    async setArchived(rows, archived) {
      if (!await all(archived ? 'Archiving' : 'Taking out of the archive', () => api.call('studies.setArchived', { studies: ids(rows), archived }))) return;
      toasts.show({
        title: archived ? `Archived ${namesOf(rows)}` : `${namesOf(rows)} is back in the list`,
        action: {
          label: 'Undo',
          run: () => void all('Undoing', () => api.call('studies.setArchived', { studies: ids(rows), archived: !archived })),
        },
      });
    },
    async trash(rows) {
      await all('Moving to the trash', async () => {
        const { trashed } = await api.call('studies.trash', { studies: ids(rows) });
        toasts.show({
          title: `Moved ${namesOf(rows)} to the trash`,
          action: { label: 'Undo', run: () => void restore(trashed, `Restored ${namesOf(rows)}`) },
        });
        for (const id of ids(rows)) router.forgetStudy(id);
      });
    },
    async forget(row) {
      if (await all('Taking off the list', () => api.call('studies.forget', { study: row.id }))) {
        toasts.show({ title: `${row.name} is off the list`, message: `Its folder was not touched: ${row.directory}` });
      }
    },
    copyCommand: async (row) => {
      await all('Copying', async () => copy(resumeCommand(row.directory, (await api.call('app.info', {})).platform), 'the command'));
    },
    copyText: copy,
    copyPath: (row) => copy(row.directory, 'the path'),
    async reveal(row) {
      await all('Showing the folder', () => host.revealInFolder(row.directory));
    },
  };
}
