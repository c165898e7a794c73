/** What is measured of an architecture, each to be as large (`higher`) or as small (`lower`) as possible. */
export interface Measure {
  readonly name: string;
  readonly better: 'higher' | 'lower';
}
