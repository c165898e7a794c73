export function electronPackage(): string | undefined;
export function findElectron(env?: Readonly<Record<string, string | undefined>>, folder?: string): string | undefined;
export function fetchElectron(options: {
  folder?: string; quietMs?: number; command?: readonly [string, ...string[]]; note?: (line: string) => void;
}): Promise<string | undefined>;
