import { InputError } from '../base/errors.ts';
import { countMacs, countParams } from './problem.ts';
import type { SearchProblem } from './problem.ts';
import type { SearchSettings } from './settings.ts';

/** Sizes of an architecture, which are the same on every device. */
const sizes = [
  { what: 'parameters', from: 'paramsMin', to: 'paramsMax', count: countParams },
  { what: 'MACs', from: 'macsMin', to: 'macsMax', count: countMacs },
] as const;

type Limits = Pick<SearchSettings, (typeof sizes)[number]['from' | 'to']>;

/** Those of the sizes that a search limits. */
function limitsOf(settings: Limits) {
  return sizes.filter(({ from, to }) => settings[from] !== undefined || settings[to] !== undefined)
    .map(({ from, to, ...size }) => ({ ...size, from, to, min: settings[from] ?? 0, max: settings[to] ?? Infinity }));
}

/** By what share an architecture is outside of the limits of size, added up over parameters and MACs; 0 within all of them. */
export function sizeViolation<A>(problem: SearchProblem<A>, settings: Limits, arch: A): number {
  return limitsOf(settings).reduce((sum, { min, max, count }) => {
    const size = count(problem, arch);
    return sum + Math.max(0, min / size - 1, size / max - 1);
  }, 0);
}

/** " with 5 to 7 M parameters", or nothing where sizes are not limited. */
export function sizeText(settings: Limits): string {
  const texts = limitsOf(settings).map(({ what, min, max }) => {
    if (min === 0) return `at most ${millions(max)} M ${what}`;
    return max === Infinity ? `at least ${millions(min)} M ${what}` : `${millions(min)} to ${millions(max)} M ${what}`;
  });
  return texts.length === 0 ? '' : ` with ${texts.join(' and ')}`;
}

/**
 * @throws InputError `invalid-settings` for limits that leave nothing between them, `infeasible-size` for those that the
 * space, from its smallest to its largest architecture, does not reach
 */
export function checkSizes<A>(problem: SearchProblem<A>, settings: Limits): void {
  const { space } = problem;
  for (const { what, from, to, min, max, count } of limitsOf(settings)) {
    if (min > max) throw new InputError('invalid-settings', `${from} is ${min}, above ${to}, which is ${max}.`);
    const [least, most] = [space.smallest, space.largest].map((arch) => count(problem, arch));
    if (least <= max && most >= min) continue;
    throw new InputError('infeasible-size', `There is no architecture of ${space.id}${sizeText(settings)}: its smallest has `
      + `${millions(least)} M ${what}, its largest ${millions(most)} M.`);
  }
}

const millions = (count: number) => Number((count / 1e6).toPrecision(4));
