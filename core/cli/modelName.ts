import { basename } from 'node:path';

/** A model's name from its file's: "My phone.json" becomes "my-phone". */
export function modelNameOf(path: string): string {
  return basename(path).replace(/\.json$/i, '').toLowerCase().replace(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+/, '') || 'device';
}
