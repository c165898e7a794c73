/** Durations and dates as people read them. */

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time: "0.8 s", "42 s", "3 min 20 s", "2 h 05 min", "3 d 4 h". Input in seconds. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds) || seconds < 0) return '–';
  if (seconds < 10) return `${seconds < 0.05 ? '0' : seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < minute) return `${whole} s`;
  if (whole < hour) return `${Math.floor(whole / minute)} min ${String(whole % minute).padStart(2, '0')} s`;
  const minutes = Math.round(seconds / minute);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  const hours = Math.round(seconds / hour);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Time left, said with the coarseness an estimate deserves: "about 3 min left", "less than a minute left". */
export function formatTimeLeft(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds) || seconds < 0) return '';
  if (seconds < minute) return 'less than a minute left';
  if (seconds < hour) return `about ${Math.round(seconds / minute)} min left`;
  if (seconds < 2 * day) return `about ${significantHours(seconds / hour)} h left`;
  return `about ${Math.round(seconds / day)} days left`;
}

function significantHours(hours: number): string {
  return hours < 10 ? String(Math.round(hours * 2) / 2) : String(Math.round(hours));
}

/** How long ago a moment was: "just now", "5 min ago", "3 h ago", "yesterday", "12 Mar", "12 Mar 2025". */
export function formatAgo(moment: Date | number | string, now: Date | number = Date.now()): string {
  const then = new Date(moment);
  const current = new Date(now);
  if (Number.isNaN(then.getTime())) return '–';
  const seconds = (current.getTime() - then.getTime()) / 1000;
  if (seconds < 45) return 'just now';
  if (seconds < hour) return `${Math.max(1, Math.round(seconds / minute))} min ago`;
  const days = calendarDays(then, current);
  if (days === 0) return `${Math.round(seconds / hour)} h ago`;
  if (days === 1) return 'yesterday';
  if (days < 7) return `${days} days ago`;
  return formatDate(then, current);
}

/** The day: "12 Mar", with the year when it is not this one. */
export function formatDate(moment: Date | number | string, now: Date | number = Date.now()): string {
  const then = new Date(moment);
  if (Number.isNaN(then.getTime())) return '–';
  const year = then.getFullYear() === new Date(now).getFullYear() ? {} : { year: 'numeric' as const };
  return then.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...year });
}

/** Day and time in full, for tooltips: "12 Mar 2026, 14:05:09". */
export function formatMoment(moment: Date | number | string): string {
  const then = new Date(moment);
  if (Number.isNaN(then.getTime())) return '–';
  const date = then.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
  return `${date}, ${then.toLocaleTimeString('en-GB')}`;
}

/** Midnights between two moments in local time. */
function calendarDays(from: Date, to: Date): number {
  const start = (date: Date): number => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((start(to) - start(from)) / (day * 1000));
}
