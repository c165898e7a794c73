import { InputError } from '../../base/errors.ts';
import { getSpace, publishedName, readArchitecture } from '../../spaces/index.ts';

/** Architectures whose accuracies are known from training. */
export interface MeasuredSet {
  /** For headings. */
  readonly title: string;
  /** Where the accuracies are from; undefined when the file does not say. */
  readonly source?: string;
  readonly columns: readonly { readonly name: string; readonly title: string }[];
  readonly networks: readonly MeasuredNetwork[];
}

export interface MeasuredNetwork {
  /** For people: the file's own, a published name, or the number of the row. */
  readonly name: string;
  readonly space: string;
  /** The space's genotype. */
  readonly arch: unknown;
  /** Undefined: the space's own. */
  readonly classes?: number;
  readonly resolution?: number;
  /** In the order of the columns and in the unit of the file, higher is better; null where it was not measured. */
  readonly accuracies: readonly (number | null)[];
}

/** A row of a file before its architecture is looked at. */
export interface MeasuredRow extends Omit<MeasuredNetwork, 'name' | 'space' | 'arch'> {
  /** For messages: "accuracies.csv:3". */
  readonly place: string;
  readonly name?: string;
  readonly space?: string;
  /** A published name or the genotype's JSON. */
  readonly arch: unknown;
}

/** Fewer architectures than this have no order to speak of. */
const fewest = 3;

/**
 * Finds the architectures of the rows and checks that there is something to compare.
 * @param space of rows that name none
 * @throws InputError `invalid-accuracies`, `unknown-space`, `invalid-architecture`, naming the row
 */
export function measuredSet(
  rows: readonly MeasuredRow[], { title, source, columns }: Omit<MeasuredSet, 'networks'>, { space: shared, file }: { space?: string; file: string },
): MeasuredSet {
  const networks = rows.map(({ place, arch: written, name, space: own, ...row }, i): MeasuredNetwork => {
    const id = own ?? shared;
    if (id === undefined) throw new InputError('invalid-accuracies', `${place}: names no search space; say which with "space", for the file or for each row.`);
    try {
      const space = getSpace(id);
      const arch = typeof written === 'string' ? readArchitecture(space, written) : space.parse(written);
      return { ...row, name: name ?? publishedName(space, arch) ?? String(i + 1), space: id, arch };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(error.code, `${place}: ${error.message}`, { cause: error, details: error.details });
    }
  });
  const kept = columns.map((column, i) => ({ column, i, measured: networks.filter(({ accuracies }) => accuracies[i] !== null).length }));
  const thin = kept.find(({ measured }) => measured < fewest);
  if (columns.length === 0) throw new InputError('invalid-accuracies', `${file}: has no column of accuracies.`);
  if (thin) {
    throw new InputError('invalid-accuracies', `${file}: has ${thin.measured} accuracies of ${thin.column.name}; a comparison needs at least ${fewest}.`);
  }
  return { title, ...(source !== undefined && { source }), columns, networks };
}
