/** A path as one word of a POSIX shell. Left as it is where the shell would not touch it. */
export function shellQuote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word) && !word.startsWith('-')) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A path as one word of PowerShell and cmd alike: Windows allows no double quotes in names. */
function windowsQuote(word: string): string {
  return /^[\w:\\./-]+$/.test(word) ? word : `"${word}"`;
}

/** What goes on with a study in a terminal on the machine where the core runs. @param platform as Node names it */
export function resumeCommand(directory: string, platform: string): string {
  return `pocketformer resume ${platform === 'win32' ? windowsQuote(directory) : shellQuote(directory)}`;
}
