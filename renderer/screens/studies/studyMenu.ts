import {
  Archive, ArchiveRestore, ChartScatter, CirclePause, CirclePlay, CircleStop, Copy, CopyPlus, FilePen, FileText, FolderOpen, GitCompare, GraduationCap, Package, PencilLine,
  Shuffle, SquareActivity, Tags, Terminal, Trash2, X,
} from '@lucide/vue';
import type { StudyRow } from '../../../core/api/contract/types.ts';
import type { Action } from '../../actions/registry.ts';
import type { MenuEntry } from '../../kit/types.ts';
import type { Route } from '../../router/route.ts';
import { abilitiesOf } from './studyAbilities.ts';
import type { StudyCommands } from './useStudyCommands.ts';

/** One thing that can be done with the chosen studies, wherever it is offered. */
export interface StudyCommand {
  readonly id: string;
  readonly title: string;
  readonly icon: NonNullable<Action['icon']>;
  readonly shortcut?: string;
  readonly danger?: boolean;
  /** Draws a line above it in menus. */
  readonly startsGroup?: boolean;
  readonly isPossible: (rows: readonly StudyRow[]) => boolean;
  readonly run: (rows: readonly StudyRow[]) => void;
}

export interface MenuContext {
  readonly commands: StudyCommands;
  readonly go: (route: Route) => void;
  readonly rename: (row: StudyRow) => void;
  readonly tag: (rows: readonly StudyRow[]) => void;
  readonly pack: (row: StudyRow) => void;
  readonly canReveal: boolean;
}

const one = (rows: readonly StudyRow[]) => rows.length === 1;
const some = (test: (row: StudyRow) => boolean) => (rows: readonly StudyRow[]) => rows.some(test);

/** Everything that the list offers for studies, in the order of the menu. */
export function studyCommands({ commands, go, rename, tag, pack, canReveal }: MenuContext): StudyCommand[] {
  const view = (name: 'fronts' | 'run' | 'edit') => ([row]: readonly StudyRow[]) => go({ screen: 'study', study: row.id, view: name });
  return [
    { id: 'fronts', title: 'Open fronts', icon: ChartScatter, isPossible: (rows) => one(rows) && abilitiesOf(rows[0]).openFronts, run: view('fronts') },
    { id: 'run', title: 'Open run', icon: SquareActivity, isPossible: one, run: view('run') },
    { id: 'settings', title: 'Show settings', icon: FileText, shortcut: 'E', isPossible: one, run: view('edit') },
    {
      id: 'compare', title: 'Compare fronts', icon: GitCompare, shortcut: 'C',
      isPossible: (rows) => rows.length > 1 && rows.every((row) => abilitiesOf(row).openFronts), run: commands.compare,
    },
    {
      id: 'start', title: 'Start or resume', icon: CirclePlay, shortcut: 'S', startsGroup: true,
      isPossible: some((row) => abilitiesOf(row).start !== null || abilitiesOf(row).unpause), run: (rows) => void commands.start(rows),
    },
    { id: 'pause', title: 'Pause', icon: CirclePause, shortcut: 'P', isPossible: some((row) => abilitiesOf(row).pause), run: (rows) => void commands.pause(rows) },
    { id: 'stop', title: 'Stop', icon: CircleStop, isPossible: some((row) => abilitiesOf(row).stop), run: (rows) => void commands.stop(rows) },
    {
      id: 'change', title: 'Duplicate and change…', icon: FilePen, shortcut: 'D', startsGroup: true,
      isPossible: (rows) => one(rows) && abilitiesOf(rows[0]).duplicate,
      run: ([row]) => go({ screen: 'new-study', template: `study:${row.id}` }),
    },
    {
      id: 'train', title: 'Train its winner…', icon: GraduationCap, isPossible: (rows) => one(rows) && abilitiesOf(rows[0]).openFronts,
      run: ([row]) => go({ screen: 'new-training', study: row.id }),
    },
    {
      id: 'transfer', title: 'Transfer to other images…', icon: Shuffle, isPossible: (rows) => one(rows) && abilitiesOf(rows[0]).openFronts && rows[0].objective?.kind === 'accuracy',
      run: ([row]) => go({ screen: 'new-transfer', study: row.id }),
    },
    {
      id: 'duplicate', title: 'Duplicate as it is', icon: CopyPlus, isPossible: (rows) => one(rows) && abilitiesOf(rows[0]).duplicate,
      run: ([row]) => void commands.duplicate(row),
    },
    { id: 'rename', title: 'Rename…', icon: PencilLine, shortcut: 'F2', isPossible: one, run: ([row]) => rename(row) },
    { id: 'tag', title: 'Tag…', icon: Tags, shortcut: 'T', isPossible: (rows) => rows.length > 0, run: tag },
    {
      id: 'command', title: 'Copy command', icon: Terminal, startsGroup: true, isPossible: one, run: ([row]) => void commands.copyCommand(row),
    },
    canReveal
      ? { id: 'reveal', title: 'Show in folder', icon: FolderOpen, isPossible: one, run: ([row]) => void commands.reveal(row) }
      : { id: 'path', title: 'Copy path', icon: Copy, isPossible: one, run: ([row]) => void commands.copyPath(row) },
    {
      id: 'pack', title: 'Pack…', icon: Package, isPossible: (rows) => one(rows) && abilitiesOf(rows[0]).pack, run: ([row]) => pack(row),
    },
    {
      id: 'archive', title: 'Archive', icon: Archive, shortcut: 'A', startsGroup: true, isPossible: (rows) => rows.some((row) => !row.archived),
      run: (rows) => void commands.setArchived(rows, true),
    },
    {
      id: 'unarchive', title: 'Take out of the archive', icon: ArchiveRestore, isPossible: (rows) => rows.length > 0 && rows.every((row) => row.archived),
      run: (rows) => void commands.setArchived(rows, false),
    },
    {
      id: 'forget', title: 'Take off the list', icon: X, isPossible: (rows) => one(rows) && abilitiesOf(rows[0]).forget,
      run: ([row]) => void commands.forget(row),
    },
    {
      id: 'trash', title: 'Move to trash', icon: Trash2, shortcut: 'Delete', danger: true,
      isPossible: (rows) => rows.length > 0 && rows.every((row) => abilitiesOf(row).trash), run: (rows) => void commands.trash(rows),
    },
  ];
}

/** The commands that make sense for these studies, as a menu. */
export function menuEntries(all: readonly StudyCommand[], rows: readonly StudyRow[]): MenuEntry[] {
  let startsGroup = false;
  return all.flatMap((command): MenuEntry[] => {
    startsGroup ||= command.startsGroup ?? false;
    if (rows.length === 0 || !command.isPossible(rows)) return [];
    const separator = startsGroup ? ['separator' as const] : [];
    startsGroup = false;
    const { id, title, icon, shortcut, danger } = command;
    return [...separator, { id, label: title, icon, shortcut, danger, run: () => command.run(rows) }];
  }).filter((entry, index) => !(entry === 'separator' && index === 0));
}

/** The same for the palette and for shortcuts. @param targets the studies that are meant now */
export function studyActions(all: readonly StudyCommand[], targets: () => readonly StudyRow[]): Action[] {
  return all.map(({ id, title, icon, shortcut, isPossible, run }) => ({
    id: `studies.${id}`, title: `${title.replace(/…$/, '')} (chosen studies)`, group: 'Study', icon, ...(shortcut ? { shortcuts: [shortcut] } : {}),
    enabled: () => targets().length > 0 && isPossible(targets()),
    run: () => run(targets()),
  }));
}
