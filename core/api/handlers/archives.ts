import { basename, resolve } from 'node:path';
import { missingData } from '../../study/archive/missingData.ts';
import { packStudy } from '../../study/archive/pack.ts';
import { relinkData } from '../../study/archive/relinkData.ts';
import { unpackStudy } from '../../study/archive/unpack.ts';
import { studyIdOf } from '../../study/library/studyRow.ts';
import type { OutputOf, ParsedInputOf } from '../contract/contract.ts';
import type { RequestContext } from '../server.ts';

type Bytes = (done: { readonly bytes: number; readonly totalBytes: number }) => void;

/** Reports every hundredth, because files come in many small pieces. */
function steps(words: string, progress: (payload: { fraction: number; words: string }) => void): Bytes {
  let told = -1;
  return ({ bytes, totalBytes }) => {
    const percent = totalBytes === 0 ? 100 : Math.floor(100 * bytes / totalBytes);
    if (percent === told) return;
    told = percent;
    progress({ fraction: Math.min(1, percent / 100), words });
  };
}

/** @param directory of what is packed @param library that `out` is relative to. @throws as `packStudy` */
export async function packArchive(
  directory: string, { out, without }: Pick<ParsedInputOf<'archives.pack'>, 'out' | 'without'>, library: string, { signal, progress }: RequestContext<'archives.pack'>,
): Promise<OutputOf<'archives.pack'>> {
  const report = await packStudy({ directory, out: resolve(library, out), without, signal, onProgress: steps('Packing', progress) });
  const { path, sizeBytes, files, data, missing, skipped } = report;
  return { path, sizeBytes, files, images: data?.path ?? null, missing: [...missing], skipped: [...skipped] };
}

/** @throws as `unpackStudy` */
export async function openArchive(archive: string, library: string, { signal, progress }: RequestContext<'archives.open'>): Promise<OutputOf<'archives.open'>> {
  const { directory, kind, name } = await unpackStudy({ archive, library, signal, onProgress: steps('Opening', progress) });
  return {
    study: kind === 'study' ? studyIdOf(directory) : null, training: kind === 'training' ? basename(directory) : null, name, directory, missingImages: (await missingData(directory))?.path ?? null,
  };
}

/** @throws as `relinkData` */
export async function relinkImages(directory: string, path: string, { signal, progress }: RequestContext<'archives.relink'>): Promise<OutputOf<'archives.relink'>> {
  const { id: _, ...relinked } = await relinkData(directory, path, {
    signal, onProgress: ({ done, total }) => steps('Reading the images', progress)({ bytes: done, totalBytes: total }),
  });
  return relinked;
}
