import type { StudyRow } from '../../../core/api/contract/types.ts';
import { formatAgo, formatPercent, significant } from '../../format/index.ts';
import type { TableColumn } from '../../kit/types.ts';

export interface StudyColumn extends TableColumn<StudyRow> {
  /** Part of the table until the person says otherwise: in every window, or where there is room for more. */
  readonly isShownAtFirst: boolean | 'wide';
}

/** Devices of all studies, those of most studies first: each gets its columns. */
export function devicesOf(rows: readonly StudyRow[]): string[] {
  const counts = new Map<string, number>();
  for (const device of rows.flatMap((row) => row.devices)) counts.set(device, (counts.get(device) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b)).map(([device]) => device);
}

export const bestOn = (row: StudyRow, device: string) => row.best.find((best) => best.device === device);

/** Time left in a narrow column: "<1 min", "12 min", "3 h", "2 d". */
export function shortTime(seconds: number): string {
  if (seconds < 60) return '<1 min';
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return seconds < 48 * 3600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** Columns of more devices than this begin hidden. */
const devicesAtFirst = 2;
const devicesInWide = 4;
const stateOrder: readonly StudyRow['state'][] = [
  'running', 'paused', 'stopping', 'queued', 'created', 'interrupted', 'crashed', 'failed', 'finished',
];

/** Every column the table can have. @param now for relative times */
export function studyColumns(devices: readonly string[], now: number): StudyColumn[] {
  return [
    { id: 'name', label: 'Name', value: (row) => row.name, width: 'minmax(10.5rem, 2fr)', isShownAtFirst: true },
    {
      id: 'state', label: 'State', value: (row) => stateOrder.indexOf(row.state), width: '8.8rem', isShownAtFirst: true,
      help: 'Sorted by urgency: running first, finished last',
    },
    {
      id: 'progress', label: 'Progress', value: (row) => row.progress?.fraction, width: 'minmax(11.2rem, 1fr)', isShownAtFirst: true,
      help: 'Phase, how much of it is done, and the time that it still takes',
    },
    ...devices.flatMap((device, index) => deviceColumns(device, index < devicesAtFirst ? true : index < devicesInWide ? 'wide' : false)),
    {
      id: 'linear', label: 'Linear', align: 'end', value: (row) => row.linearAccuracy, text: (row) => formatPercent(row.linearAccuracy),
      width: '5rem', isShownAtFirst: true, help: 'Accuracy of a linear classifier on the same pixels: what any network has to beat',
    },
    { id: 'space', label: 'Space', value: (row) => row.space || null, width: '8.6rem', isShownAtFirst: true },
    { id: 'devices', label: 'Devices', value: (row) => row.devices.join(', ') || null, width: '12rem', isShownAtFirst: 'wide' },
    { id: 'tags', label: 'Tags', value: (row) => row.tags.join(', ') || null, width: 'minmax(6.2rem, 1fr)', isShownAtFirst: true },
    { id: 'seed', label: 'Seed', align: 'end', value: (row) => row.seed, width: '4.5rem', isShownAtFirst: false },
    { id: 'engine', label: 'Engine', value: (row) => row.engine, width: '6rem', isShownAtFirst: false },
    timeColumn('created', 'Created', now, 'wide'),
    timeColumn('updated', 'Updated', now, true),
  ];
}

function deviceColumns(device: string, isShownAtFirst: StudyColumn['isShownAtFirst']): StudyColumn[] {
  return [
    {
      id: `best:${device}`, label: device, align: 'end', width: '9rem', isShownAtFirst,
      value: (row) => bestOn(row, device)?.value,
      help: `Best accuracy, or score, on the front of ${device}, and its latency`,
    },
    {
      id: `hypervolume:${device}`, label: `${device} HV`, align: 'end', width: '8.4rem', isShownAtFirst: isShownAtFirst === false ? false : 'wide',
      value: (row) => bestOn(row, device)?.hypervolume,
      text: (row) => significant(bestOn(row, device)?.hypervolume ?? NaN),
      help: `Hypervolume of the front of ${device} in ms × accuracy or score: larger is better, within one space, data set and score`,
    },
  ];
}

function timeColumn(id: 'created' | 'updated', label: string, now: number, isShownAtFirst: StudyColumn['isShownAtFirst']): StudyColumn {
  return {
    id, label, align: 'end', width: '7.2rem', isShownAtFirst,
    value: (row) => (row[id] === '' ? null : Date.parse(row[id])),
    text: (row) => (row[id] === '' ? '–' : formatAgo(row[id], now)),
  };
}

/**
 * The columns that a person sees: what they switched on or off, and the defaults for all others.
 * @param isWide the window has room for more than the most important ones
 */
export function visibleColumns(columns: readonly StudyColumn[], choices: Readonly<Record<string, boolean>>, isWide: boolean): StudyColumn[] {
  return columns.filter(({ id, isShownAtFirst }) => id === 'name' || (choices[id] ?? (isShownAtFirst === 'wide' ? isWide : isShownAtFirst)));
}
