/** A published table beside what comes out here. */
export interface Reproduction {
  readonly title: string;
  /** The publication and where in it. */
  readonly source: string;
  readonly columns: readonly { readonly title: string; readonly align: 'left' | 'right' }[];
  /** Cells as text. */
  readonly rows: readonly (readonly string[])[];
  /** Sentences: what agrees, what does not, and why. */
  readonly remarks: readonly string[];
}

/** Something that `pocketformer reproduce` can make. */
export interface ReproductionRecipe {
  readonly id: string;
  /** One line for people. */
  readonly summary: string;
  make(): Promise<readonly Reproduction[]> | readonly Reproduction[];
}

/** As Markdown, for documents. */
export function reproductionMarkdown({ title, source, columns, rows, remarks }: Reproduction): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    `### ${title}`, `Source: ${source}.`,
    [line(columns.map((column) => column.title)), line(columns.map(({ align }) => align === 'right' ? '---:' : '---')), ...rows.map(line)].join('\n'),
    ...remarks,
  ].join('\n\n') + '\n';
}
