/** A word for a POSIX shell. Left as it is where the shell would not touch it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) && !word.startsWith('-') ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A command with its options; those without a value are left out, and flags are true. */
export function commandText(command: string, options: Readonly<Record<string, string | number | true | undefined>>): string {
  const given = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [value === true ? `--${name}` : `--${name} ${shellWord(String(value))}`]));
  return ['pocketformer', command, ...given].join(' ');
}
