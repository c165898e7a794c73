/** Fewer images than these are not worth a member of their own: kernels work on four numbers at a time. */
const leastImages = 4;

/**
 * How a batch is shared out, so that members differ by at most one image.
 * @param members at most so many
 * @returns images of each member that works; their sum is the batch
 */
export function shareBatch(batch: number, members: number): number[] {
  const used = Math.max(1, Math.min(members, Math.floor(batch / leastImages)));
  return Array.from({ length: used }, (_, i) => Math.floor((i + 1) * batch / used) - Math.floor(i * batch / used));
}

/**
 * Cuts a row of pieces into stretches of about equal total length.
 * @param lengths of the pieces
 * @returns for each part, where it starts and ends in the row of pieces
 */
export function evenStretches(lengths: readonly number[], parts: number): { readonly from: number; readonly to: number }[] {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const ends: number[] = [];
  let sum = 0;
  lengths.forEach((length, i) => {
    sum += length;
    while (ends.length < parts - 1 && sum * parts >= total * (ends.length + 1)) ends.push(i + 1);
  });
  while (ends.length < parts) ends.push(lengths.length);
  return ends.map((to, i) => ({ from: i === 0 ? 0 : ends[i - 1], to }));
}
