const advice: Readonly<Record<string, string>> = {
  'damaged-study': 'Put study.json back from a copy of the folder. Without one, begin a new study from the study.yaml beside it, which holds every setting; '
    + 'the models in the folder stay as they are.',
  'study-version': 'Open it with the version of Pocketformer that wrote it, or a newer one.',
  'damaged-events': 'Open that file in a text editor, delete the line, and come back. Everything else in the folder is as it was.',
  'damaged-summary': 'Put results/summary.json back from a copy of the folder.',
};

/** What to do about a study that cannot be read, by the error's code; undefined where the message itself says it. */
export function damageAdvice(code: string): string | undefined {
  return advice[code];
}
