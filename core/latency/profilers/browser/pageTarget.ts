import type { Target } from '../../measurements/record.ts';
import type { BrowserProvider, PageFacts } from './messages.ts';

/** The phone in words: its model where the browser tells it, else its kind, which many phones share. */
export function deviceWords({ userAgent, model, processors }: PageFacts): string {
  const android = /Android [^;)]*; ([^;)]+)/.exec(userAgent)?.[1];
  // Chrome says "K" for every phone unless asked in a secure context.
  const told = model || (android === 'K' ? 'Android phone' : android);
  const kind = told ?? /iPhone|iPad/.exec(userAgent)?.[0] ?? /Windows|Macintosh|CrOS|Linux/.exec(userAgent)?.[0] ?? 'unknown device';
  return `${kind}, ${processors} processors`;
}

/** "Android 14, Chrome 156": the browser is what runs the runtime. */
export function systemWords({ userAgent, platform, platformVersion }: PageFacts): string {
  const [, ios] = /(?:iPhone )?OS (\d+[_\d]*) like Mac/.exec(userAgent) ?? [];
  const [android] = /Android [\d.]+/.exec(userAgent) ?? [];
  const told = platform ? [platform, platformVersion.split('.')[0]].filter((part) => part !== '').join(' ') : undefined;
  const system = told ?? (ios === undefined ? android : `iOS ${ios.replaceAll('_', '.')}`) ?? 'unknown system';
  const [, name, version] = /(Firefox|FxiOS|Edg|SamsungBrowser|CriOS)\/(\d+)/.exec(userAgent) ?? /(Chrome)\/(\d+)/.exec(userAgent) ?? [];
  const safari = /Version\/([\d.]+).*Safari/.exec(userAgent)?.[1];
  return `${system}, ${name !== undefined ? `${name} ${version}` : safari !== undefined ? `Safari ${safari}` : 'unknown browser'}`;
}

/** WebKit of a phone or tablet, whatever the browser around it is called; iPads say they are Macintoshes. */
export function isIos({ userAgent }: PageFacts): boolean {
  return /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && /Version\/.*Safari/.test(userAgent));
}

/** Threads need memory that they share, which browsers give to isolated pages alone. */
export const threadsOn = ({ crossOriginIsolated }: PageFacts, asked: number) => (crossOriginIsolated ? asked : 1);

export function pageTarget(facts: PageFacts, { provider, threads, version }: { provider: BrowserProvider; threads: number; version: string }): Omit<Target, 'precision'> {
  return {
    device: deviceWords(facts), operatingSystem: systemWords(facts),
    // Isolation changes clocks and threads, so it belongs to what must be equal.
    runtime: { name: 'onnxruntime-web', version, build: facts.crossOriginIsolated ? 'npm, isolated page' : 'npm, page not isolated' },
    provider, threads: threadsOn(facts, threads), optimisation: 'all',
  };
}
