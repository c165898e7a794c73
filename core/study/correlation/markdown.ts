import { columnTable, overviewTable, type TextTable } from './tables.ts';
import type { Correlation } from './result.ts';

/** The comparison for a document: overview, remarks, a table for each column, the definitions of what was compared. */
export function correlationMarkdown(correlation: Correlation): string {
  const { title, source, networks, seeds, columns, remarks } = correlation;
  const details = columns.map((_, column) => columnTable(correlation, column));
  return [
    `# ${title}`,
    `${networks.length} networks${source === null ? '' : `; accuracies from ${source}`}. Scores are means over ${seeds.length === 1 ? 'one seed' : `${seeds.length} seeds`}.`,
    ...section(overviewTable(correlation)),
    ...remarks.map((remark) => `- ${remark}`).join('\n').split('\n\n'),
    ...details.flatMap(section),
  ].filter((part) => part !== '').join('\n\n') + '\n';
}

function section({ title, head, rows }: TextTable): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [`## ${title}`, [line(head), line(head.map((_, i) => i === 0 ? '---' : '---:')), ...rows.map(line)].join('\n')];
}
