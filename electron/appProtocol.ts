import { readFile } from 'node:fs/promises';
import { resolveAsset, securityHeaders } from '../core/api/staticFiles.ts';
import { isOwnPage } from './senderCheck.ts';

/** What the scheme may do; to be registered before the app is ready. */
export const appPrivileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true } as const;

/**
 * Answers a request for one of the window's own files.
 * @param root folder of the built window
 */
export async function answerAppRequest(request: { readonly method: string; readonly url: string }, root: string): Promise<Response> {
  if (request.method !== 'GET') return refusal(405, 'Only GET.');
  if (!isOwnPage(request.url)) return refusal(404, 'There is nothing here.');
  const asset = await resolveAsset(root, pathOf(request.url));
  if (asset === undefined) return refusal(404, 'There is nothing here.');
  // Read whole: the files are small, and they may lie in an archive.
  const bytes = await readFile(asset.path);
  return new Response(new Uint8Array(bytes), { headers: { 'Content-Type': asset.contentType, ...securityHeaders() } });
}

/** The path as it was sent, still encoded: URL would take ".." out of it, which is for the rules to refuse. */
function pathOf(url: string): string {
  const [address] = url.split(/[?#]/, 1);
  const start = address.indexOf('/', address.indexOf('://') + 3);
  return start < 0 ? '/' : address.slice(start);
}

function refusal(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...securityHeaders() } });
}
