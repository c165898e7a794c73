type Value = string | number | null | undefined;

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function isMissing(value: Value): value is null | undefined {
  return value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value));
}

/**
 * Ascending order of table values: numbers by size, texts as people sort them ("T2" before "T10"), missing ones last.
 * With `willReverse` missing values come first instead, because the caller turns the whole order around.
 */
export function compareValues(a: Value, b: Value, willReverse = false): number {
  if (isMissing(a) || isMissing(b)) {
    if (isMissing(a) && isMissing(b)) return 0;
    return (isMissing(a) ? 1 : -1) * (willReverse ? -1 : 1);
  }
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return collator.compare(String(a), String(b));
}
