import { stat } from 'node:fs/promises';
import { extname, isAbsolute, join, relative, sep } from 'node:path';

/*
 * The rules under which the window's own files are delivered, the same by the desktop app's protocol and by `serve`.
 */

export interface Asset {
  /** Absolute path of the file. */
  readonly path: string;
  readonly contentType: string;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * The file that a path of an address names, or undefined when there is none that may be delivered: outside the root, a
 * folder, a hidden file, of a kind that no window needs.
 * @param root absolute folder of the built window
 * @param urlPath an address's path as it was sent, still percent-encoded; "/" is the page itself
 */
export async function resolveAsset(root: string, urlPath: string): Promise<Asset | undefined> {
  const names = namesOf(urlPath);
  if (names === undefined) return undefined;
  const path = join(root, ...(names.length === 0 ? ['index.html'] : names));
  const inside = relative(root, path);
  if (inside === '' || isAbsolute(inside) || inside.split(sep)[0] === '..') return undefined;
  const contentType = contentTypes[extname(path).toLowerCase()];
  if (contentType === undefined) return undefined;
  try {
    return (await stat(path)).isFile() ? { path, contentType } : undefined;
  } catch {
    return undefined;
  }
}

/** The path's parts, or undefined when one of them could mean something else to the file system than it says. */
function namesOf(urlPath: string): string[] | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(urlPath);
  } catch {
    return undefined;
  }
  if (!decoded.startsWith('/')) return undefined;
  const names = decoded.slice(1).split('/');
  if (names.length === 1 && names[0] === '') return [];
  // No "." or "..", no hidden files, no Windows separators, drives or streams, no empty parts.
  return names.every((name) => /^[^.\\/:\0][^\\/:\0]*$/.test(name)) ? names : undefined;
}

export interface SecurityHeaderOptions {
  /** Origins besides its own that the page may connect to, such as a WebSocket's. */
  readonly connectSources?: readonly string[];
}

/** Headers that every answer carries: what a page may load is its own files, whatever is in them. */
export function securityHeaders({ connectSources = [] }: SecurityHeaderOptions = {}): Record<string, string> {
  for (const source of connectSources) {
    if (/[\s;,]/.test(source)) throw new RangeError(`"${source}" is not a source that a policy can name.`);
  }
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // Charts and lists position their parts with style attributes.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    ['connect-src', "'self'", ...connectSources].join(' '),
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}
