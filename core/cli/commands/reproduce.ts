import { CancelledError, InputError, oneOf } from '../../base/errors.ts';
import { ProgressBar } from '../../study/progressBar.ts';
import type { Reproduction, ReproductionMeans, ReproductionOptions, ReproductionRecipe } from '../../study/reproductions/reproduction.ts';
import { defineCommand } from '../command.ts';
import { engineOption } from '../commandOptions.ts';
import { argument, flag, longName, optional, text, wholeNumber } from '../options.ts';
import { proxiesKind } from '../proxyNames.ts';
import { tableLines } from '../table.ts';

export const reproduce = defineCommand({
  name: 'reproduce',
  summary: "Make a publication's table anew, beside the published one",
  details: 'Prints what was published and what comes out here, and in words what agrees and what does not. '
    + '"pocketformer reproduce list" names the tables, says what those take that are not made in a second, and which of the options below each reads. "all" makes '
    + 'those that take nothing. Ctrl-C stops a long one; with --out, what was measured is kept, and the same command goes on.',
  json: 'A line each: {title, source, columns, rows, remarks}; for list: {id, summary, takes, options: {NAME: meaning}}',
  options: {
    table: argument(text('TABLE', 'the name of a table; "list" names them'), 'Which table, or list, or all'),
    count: optional(wholeNumber('N', 2, 100_000), 'Networks drawn'),
    seeds: optional(wholeNumber('N', 2, 100), 'Seeds compared, from 0 on'),
    proxies: optional(proxiesKind, 'Scores compared'),
    from: optional(text('PATH', 'the path of a folder or file'), 'What is looked at'),
    out: optional(text('DIR', 'the path of a folder'), 'Folder where scores are kept as they are found, and gone on with; or for a figure'),
    engine: engineOption,
    markdown: flag('Print Markdown, for a document'),
  },
  examples: [
    'pocketformer reproduce list', 'pocketformer reproduce elasticvit-latency', 'pocketformer reproduce all --markdown > tables.md',
    'pocketformer reproduce asvit-complexity --count 87 --out runs/complexity', 'pocketformer reproduce asvit-policy --from runs/topology',
  ],
  async run({ table, engine, markdown, count, seeds, proxies, from, out }, { json, print, progress: output, quiet, stopSignal }) {
    const { reproductions } = await import('../../study/reproductions/index.ts');
    const { reproductionMarkdown } = await import('../../study/reproductions/reproduction.ts');
    const options: ReproductionOptions = given({ count, seeds, proxies, from, out });
    if (table === 'list') {
      for (const recipe of reproductions) for (const line of json ? [descriptionJson(recipe)] : descriptionLines(recipe)) await print(line);
      return;
    }
    const wanted = reproductions.filter(({ id, takes }) => (table === 'all' ? takes === undefined : id === table));
    if (wanted.length === 0) {
      throw new InputError('unknown-table', `There is no table "${table}"; choose ${oneOf([...reproductions.map(({ id }) => id), 'all', 'list'])}.`);
    }
    for (const recipe of wanted) refuseOthers(recipe, options, reproductions);
    let bar: ProgressBar | undefined;
    const means: ReproductionMeans = {
      engine: async () => (await import('../../engine/engines.ts')).startEngine(engine),
      signal: wanted.some(({ takes }) => takes !== undefined) ? stopSignal() : undefined,
      onProgress(done, total, note) {
        bar ??= new ProgressBar({ label: 'Scoring', total, unit: 'scores', output, quiet });
        bar.update(done, note);
      },
    };
    try {
      for (const recipe of wanted) {
        for (const made of await recipe.make(options, means)) {
          bar?.finish();
          for (const line of json ? [JSON.stringify(made)] : markdown ? [reproductionMarkdown(made)] : linesOf(made)) await print(line);
        }
      }
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      throw new CancelledError(out === undefined ? 'Stopped on request. Nothing is kept without --out.' : 'Stopped on request, with all scores saved. The same command goes on.');
    } finally {
      bar?.finish();
    }
  },
});

/** What was given of the options. */
const given = (options: ReproductionOptions): ReproductionOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** @throws InputError `usage` for an option that a table does not read, naming the tables that do */
function refuseOthers({ id, options: read = {} }: ReproductionRecipe, options: ReproductionOptions, all: readonly ReproductionRecipe[]): void {
  const unread = Object.keys(options).find((name) => !(name in read));
  if (unread === undefined) return;
  const readers = all.filter((recipe) => unread in (recipe.options ?? {})).map((recipe) => recipe.id);
  throw new InputError('usage', `reproduce: ${id} has no ${longName(unread)}; it is for ${oneOf(readers)}.`);
}

const descriptionJson = ({ id, summary, takes, options = {} }: ReproductionRecipe) => JSON.stringify({ id, summary, takes: takes ?? null, options });

function descriptionLines({ id, summary, takes, options = {} }: ReproductionRecipe): string[] {
  return [
    `${id}  ${summary}${takes === undefined ? '' : ` (${takes})`}`,
    ...Object.entries(options).map(([name, meaning]) => `    ${longName(name)}  ${meaning}`),
  ];
}

function linesOf({ title, source, columns, rows, remarks }: Reproduction): string[] {
  return [title, `Source: ${source}.`, ...tableLines(columns, rows), ...remarks, ''];
}
