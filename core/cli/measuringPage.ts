import { renderUnicodeCompact } from 'uqr';

export interface PageAddress {
  readonly url: string;
  readonly port: number;
  /** Of the certificate, over https. */
  readonly fingerprint?: string;
}

/** Where the page is that measures, for people and for their phones' cameras. */
export function addressLines({ url, port, fingerprint }: PageAddress): string[] {
  const { hostname, protocol } = new URL(url);
  const isLocal = hostname === 'localhost';
  return [
    '', ...renderUnicodeCompact(url, { border: 2 }).split('\n'), '',
    `Open on the phone: ${url}`,
    ...(isLocal ? [`On an Android phone with USB debugging, call "adb reverse tcp:${port} tcp:${port}" first; for phones in your network, use --lan.`] : []),
    ...(fingerprint === undefined ? [] : [`The browser will warn of a certificate that nobody signed. It is this one when its SHA-256 fingerprint is ${fingerprint}.`]),
    ...(!isLocal && protocol === 'http:' ? ['Over plain http browsers allow one thread, no WebGPU and a coarse clock, and do not keep the screen on; --https allows them. Who reads along in your network can read the token.'] : []),
    'Waiting for the page ...',
  ];
}
