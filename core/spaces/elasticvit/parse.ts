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
      const listed = problems.slice(0, MAX_PROBLEMS).concat(rest > 0 ? [`and ${rest} more`] : []);
      throw new InputError('invalid-architecture', `Not an architecture of ${choices.id}: ${listed.join('; ')}.`);
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
    return [part, objectOf(Object.fromEntries(genes))];
  });
  const schema: z.ZodType = objectOf({
    resolution: oneOfNumbers(choices.resolutions), ...Object.fromEntries(parts),
  });
  return schema as z.ZodType<ElasticVitArchitecture>;
}

const shown = (value: unknown) => value === undefined ? 'is missing' : `is ${JSON.stringify(value).slice(0, 40)}`;

const oneOfNumbers = (values: readonly number[]) =>
  z.literal([...values], { error: ({ input }) => `${shown(input)}, accepted: ${oneOf(values)}` });

function objectOf(shape: Readonly<Record<string, z.ZodType>>) {
  const accepted = `accepted: ${Object.keys(shape).join(', ')}`;
  return z.strictObject(shape, {
    error: (issue) => issue.code === 'unrecognized_keys'
      ? `has unknown fields (${(issue.keys as string[]).join(', ')}), ${accepted}`
      : `${issue.input === undefined ? 'is missing' : 'must be a JSON object'}, ${accepted}`,
  });
}

const describeIssue = ({ path, message }: z.core.$ZodIssue) =>
  `${path.length === 0 ? 'the architecture' : path.join('.')} ${message}`;

function widthProblems(arch: ElasticVitArchitecture): string[] {
  const widths = widthsOf(arch);
  return partNames.flatMap((name, i) => i === 0 || widths[i] >= widths[i - 1] ? []
    : [`${name}.width is ${widths[i]}, accepted: at least ${partNames[i - 1]}.width, which is ${widths[i - 1]}`]);
}
