import { z } from 'zod';
import { InputError, oneOf } from '../../base/errors.ts';
import { partNames, widthsOf } from './architecture.ts';
import type { ElasticVitArchitecture } from './architecture.ts';
import type { ElasticVitChoices } from './choices.ts';
import { composeArchitecture } from './variation.ts';

/** Enough to mend a file in one go, short enough to read. */
const MAX_PROBLEMS = 4;

/**
 * A reader for the space's JSON form.
 * @throws InputError `invalid-architecture` from the returned function: each field that is wrong and what it accepts
 */
export function architectureParser(choices: ElasticVitChoices): (json: unknown) => ElasticVitArchitecture {
  const schema = architectureSchema(choices);
  return (json) => {
    const result = schema.safeParse(json);
    const problems = result.success ? widthProblems(result.data) : result.error.issues.map(describeIssue);
    if (!result.success || problems.length > 0) {
      const rest = problems.length - MAX_PROBLEMS;
      const shown = problems.slice(0, MAX_PROBLEMS).concat(rest > 0 ? [`and ${rest} more`] : []);
      throw new InputError('invalid-architecture', `Not an architecture of ${choices.id}: ${shown.join('; ')}.`);
    }
    const arch = result.data;
    return composeArchitecture(choices, arch.resolution, widthsOf(arch), (part, name) =>
      (arch[part] as Readonly<Record<string, number>>)[name]);
  };
}

/** The fields come from `choices`, whose type mirrors the architecture's: hence the assertion. */
function architectureSchema(choices: ElasticVitChoices): z.ZodType<ElasticVitArchitecture> {
  const parts = partNames.map((part) => {
    const genes = Object.entries(choices.parts[part]).map(([name, values]) => [name, oneOfNumbers(values)]);
    return [part, z.strictObject(Object.fromEntries(genes))];
  });
  const schema: z.ZodType = z.strictObject({
    resolution: oneOfNumbers(choices.resolutions), ...Object.fromEntries(parts),
  });
  return schema as z.ZodType<ElasticVitArchitecture>;
}

const oneOfNumbers = (values: readonly number[]) => z.literal([...values], {
  error: ({ input }) => `${input === undefined ? 'is missing' : `is ${JSON.stringify(input)}`}, accepted: ${oneOf(values)}`,
});

function describeIssue(issue: z.core.$ZodIssue): string {
  const where = issue.path.length === 0 ? 'the architecture' : issue.path.join('.');
  switch (issue.code) {
    case 'unrecognized_keys': return `${where} has unknown fields: ${issue.keys.join(', ')}`;
    case 'invalid_type': return `${where} must be a JSON object`;
    default: return `${where} ${issue.message}`;
  }
}

function widthProblems(arch: ElasticVitArchitecture): string[] {
  const widths = widthsOf(arch);
  return partNames.flatMap((name, i) => i === 0 || widths[i] >= widths[i - 1] ? []
    : [`${name}.width is ${widths[i]}, accepted: at least ${partNames[i - 1]}.width, which is ${widths[i - 1]}`]);
}
