/** A teacher as a study file writes it. */
export interface TeacherEntry {
  readonly file?: string;
  readonly resolution?: number;
  readonly mean?: readonly number[];
  readonly deviation?: readonly number[];
}

/** The `teachers:` list as it is written; entries that are no settings are kept as empty ones. */
export function teacherEntries(written: unknown): TeacherEntry[] {
  return Array.isArray(written) ? written.map((entry: unknown) => (typeof entry === 'object' && entry !== null ? entry as TeacherEntry : {})) : [];
}

/** Without settings that say nothing. */
export const writtenTeacher = (entry: TeacherEntry): TeacherEntry => (
  Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined && value !== null)) as TeacherEntry);

/** Reads one number for each colour: "0.485, 0.456, 0.406". Undefined for nothing, null for anything else. */
export function parseColours(text: string): number[] | undefined | null {
  const words = text.replace(/^\s*\[|\]\s*$/g, '').split(/[,\s]+/).filter(Boolean);
  if (words.length === 0) return undefined;
  const values = words.map(Number);
  return values.length === 3 && values.every(Number.isFinite) ? values : null;
}
