/** A word for a POSIX shell. Left as it is where the shell would not touch it. */
export function shellQuote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word) && !word.startsWith('-')) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A word for a Windows command line, where double quotes within a word need a backslash. */
function windowsQuote(word: string): string {
  return /^[\w:\\./-]+$/.test(word) ? word : `"${word.replaceAll('"', '\\"')}"`;
}

/** One word of a command line on the machine where the core runs. @param platform as Node names it */
export function quoteWord(word: string, platform: string): string {
  return platform === 'win32' ? windowsQuote(word) : shellQuote(word);
}
