import type { z } from 'zod';
import { architectureReader, objectOf, oneOfNumbers } from '../architectureSchema.ts';
import { partNames, widthsOf } from './architecture.ts';
import type { ElasticVitArchitecture } from './architecture.ts';
import type { ElasticVitChoices } from './choices.ts';
import { composeArchitecture } from './variation.ts';

/**
 * A reader for the space's JSON form.
 * @throws InputError `invalid-architecture` from the returned function: each field that is wrong and what it accepts
 */
export function architectureParser(choices: ElasticVitChoices): (json: unknown) => ElasticVitArchitecture {
  const read = architectureReader(choices.id, architectureSchema(choices), widthProblems);
  return (json) => {
    const arch = read(json);
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

function widthProblems(arch: ElasticVitArchitecture): string[] {
  const widths = widthsOf(arch);
  return partNames.flatMap((name, i) => i === 0 || widths[i] >= widths[i - 1] ? []
    : [`${name}.width is ${widths[i]}, accepted: at least ${partNames[i - 1]}.width, which is ${widths[i - 1]}`]);
}
