import { quoteWord } from '../../format/shell.ts';

/** What the commands are about. */
export interface CommandSubject {
  readonly space: string;
  /** The published name, or null. */
  readonly name: string | null;
  /** The choices as JSON text. */
  readonly json: string;
  readonly devices: readonly string[];
  /** As Node names it, of the machine where the core runs. */
  readonly platform: string;
  /** The study whose trained weights are exported; without one the weights come from a seed. */
  readonly study: { readonly directory: string; readonly modelPath: string } | null;
}

export const commandNames = ['describe', 'predict', 'export', 'handoff'] as const;
export type CommandName = (typeof commandNames)[number];

/** Command lines that say in a terminal what the screen shows, or write it. */
export function architectureCommands({ space, name, json, devices, platform, study }: CommandSubject): Record<CommandName, string> {
  const quote = (word: string) => quoteWord(word, platform);
  const arch = quote(name ?? json);
  const device = devices[0] ?? 'pixel6';
  return {
    describe: `pocketformer describe --space ${quote(space)} --arch ${arch}`,
    predict: `pocketformer predict --space ${quote(space)} --device ${quote(device)} --archs ${arch}`,
    export: study
      ? `pocketformer export --study ${quote(study.directory)} --arch ${arch} --out ${quote(study.modelPath)}`
      : `pocketformer export --space ${quote(space)} --arch ${arch} --seed 1 --out ${quote(`${fileStem(name ?? space)}.onnx`)}`,
    handoff: study
      ? `pocketformer handoff --study ${quote(study.directory)} --arch ${arch} --out ${quote(`${study.modelPath.replace(/\.onnx$/, '')}-pytorch`)}`
      : `pocketformer handoff --space ${quote(space)} --arch ${arch} --seed 1 --out ${quote(`${fileStem(name ?? space)}-pytorch`)}`,
  };
}

/** A name that every file system takes. */
export function fileStem(name: string): string {
  return name.replace(/[^\w.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '') || 'architecture';
}
