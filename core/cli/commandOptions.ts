import type { EngineId } from '../engine/engine.ts';
import type { Kind } from './options.ts';
import { oneOfChoices, optional, required, text, wholeNumber, withDefault } from './options.ts';

/** Written out because loading the engines takes longer than most commands. */
export const engineNames: readonly ('auto' | EngineId)[] = ['auto', 'ort', 'tensorflow', 'webgpu', 'js'];

/** Options and arguments that several commands share, so that they mean the same everywhere. */
export const spaceKind = text('SPACE', 'the name of a search space ("pocketformer spaces" lists them)');
export const deviceKind = text('DEVICE', 'the name of a device model ("pocketformer devices" lists them) or the path of one');
export const archKind = text('ARCH', 'the name of a network, a JSON object, or the path of a file with one of them');
export const archsKind = text('ARCHS', 'the path of a file with architectures, - for standard input, or the name of a network');
export const seedKind = wholeNumber('N', 0);
export const engineKind = oneOfChoices('ENGINE', engineNames);

export const spaceOption = required(spaceKind, 'Search space, e.g. elasticvit');
export const archOption = required(archKind, 'Architecture: a published name such as T1, a JSON object, or a file of either');
export const archsOption = required(archsKind,
  'Architectures: a file of JSON lines, of one name a line or of a JSON array; - for standard input; or a name');
export const resolutionOption = optional(wholeNumber('N', 1), "Height and width of the images in pixels (default: the architecture's)");
export const classesOption = optional(wholeNumber('N', 1, 1_000_000), "Classes of the task (default: the space's)");
export const seedOption = withDefault(seedKind, 1, 'Seed of all random choices');
export const engineOption = withDefault(engineKind, 'auto', 'Engine that computes; "pocketformer engines" lists them');

/** Device models by name or path. */
export const devicesKind: Kind<readonly string[]> = {
  placeholder: 'DEVICE[,DEVICE]', expected: 'names or paths of device models, with commas between them',
  read: (value) => {
    const names = value.split(',').map((name) => name.trim());
    return names.every((name) => name !== '') ? names : undefined;
  },
};
