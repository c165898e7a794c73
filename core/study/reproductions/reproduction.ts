import { InputError } from '../../base/errors.ts';
import type { Engine } from '../../engine/engine.ts';
import type { ProxyId } from '../../scoring/catalogue.ts';

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

/** What a person may decide about a table; each recipe says what of it it reads. */
export interface ReproductionOptions {
  /** Networks drawn. */
  readonly count?: number;
  /** Seeds that are compared: 0 and those that follow, as published. */
  readonly seeds?: number;
  readonly proxies?: readonly ProxyId[];
  /** Folder or file that holds what is looked at. */
  readonly from?: string;
  /** Folder where scores are kept as they are found, and gone on with; or where a figure is written. */
  readonly out?: string;
}
export type ReproductionOption = keyof ReproductionOptions;

/** What a recipe is given to work with. */
export interface ReproductionMeans {
  /** Starts the engine, for recipes that run networks. */
  readonly engine: () => Promise<Engine>;
  /** Ends the work between two networks, with everything kept that has a folder. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number, note: string) => void;
}

/** Something that `pocketformer reproduce` can make. */
export interface ReproductionRecipe {
  readonly id: string;
  /** One line for people. */
  readonly summary: string;
  /** What it takes, for those that are made by their name alone; without it, they are made in a second, from nothing. */
  readonly takes?: string;
  /** What it reads, and what each means there. */
  readonly options?: Readonly<Partial<Record<ReproductionOption, string>>>;
  /** @throws InputError for options that cannot be used; CancelledError */
  make(options: ReproductionOptions, means: ReproductionMeans): Promise<readonly Reproduction[]> | readonly Reproduction[];
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

/** Columns by their titles: the first to the left, the others to the right. */
export const columnsOf = (...titles: readonly string[]): Reproduction['columns'] =>
  titles.map((title, i) => ({ title, align: i === 0 ? 'left' : 'right' }));

/** @throws InputError `usage` where a recipe is not told what to look at */
export function requiredFrom({ id, options }: ReproductionRecipe, { from }: ReproductionOptions): string {
  if (from === undefined) throw new InputError('usage', `reproduce: ${id} needs --from: ${options?.from}.`);
  return from;
}
