import { InputError, oneOf } from '../../base/errors.ts';
import { defineCommand } from '../command.ts';
import { argument, flag, text } from '../options.ts';
import { tableLines } from '../table.ts';

export const reproduce = defineCommand({
  name: 'reproduce',
  summary: "Make a publication's table anew, beside the published one",
  details: 'Prints what was published and what comes out here, and in words what agrees and what does not. '
    + '"pocketformer reproduce list" names the tables.',
  json: 'A line each: {title, source, columns, rows, remarks}; for list: {id, summary}',
  options: {
    table: argument(text('TABLE', 'the name of a table; "list" names them'), 'Which table, or list, or all'),
    markdown: flag('Print Markdown, for a document'),
  },
  examples: ['pocketformer reproduce list', 'pocketformer reproduce elasticvit-latency', 'pocketformer reproduce all --markdown > tables.md'],
  async run({ table, markdown }, { json, print }) {
    const { reproductions } = await import('../../study/reproductions/index.ts');
    const { reproductionMarkdown } = await import('../../study/reproductions/reproduction.ts');
    if (table === 'list') {
      for (const { id, summary } of reproductions) await print(json ? JSON.stringify({ id, summary }) : `${id}  ${summary}`);
      return;
    }
    const wanted = reproductions.filter(({ id }) => table === 'all' || id === table);
    if (wanted.length === 0) {
      throw new InputError('unknown-table', `There is no table "${table}"; choose ${oneOf([...reproductions.map(({ id }) => id), 'all', 'list'])}.`);
    }
    for (const recipe of wanted) {
      for (const made of await recipe.make()) {
        if (json) await print(JSON.stringify(made));
        else if (markdown) await print(reproductionMarkdown(made));
        else {
          await print(made.title);
          await print(`Source: ${made.source}.`);
          for (const line of tableLines(made.columns, made.rows.map((row) => [...row]))) await print(line);
          for (const remark of made.remarks) await print(remark);
          await print('');
        }
      }
    }
  },
});
