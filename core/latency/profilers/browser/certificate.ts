import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** SHA-256, as browsers show it. */
  readonly fingerprint: string;
}

/** A certificate for these names and addresses that nobody has signed, for a week. Nothing of it is kept. */
export async function selfSignedCertificate(names: readonly string[]): Promise<Certificate> {
  const { generate } = await import('selfsigned');
  const notAfterDate = new Date(Date.now() + 7 * 24 * 3600 * 1000);
  const pems = await generate([{ name: 'commonName', value: 'Pocketformer' }], {
    keyType: 'ec', algorithm: 'sha256', notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: names.map((name) => (isIP(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name })) },
    ],
  });
  return { key: pems.private, cert: pems.cert, fingerprint: new X509Certificate(pems.cert).fingerprint256 };
}
