/**
 * Calls `look` now and then again and again, each time `intervalMs` after it was done, until the returned function is
 * called or it throws.
 */
export function poll(intervalMs: number, look: () => Promise<void>, fail: (error: unknown) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const again = async () => {
    try {
      await look();
    } catch (error) {
      isOver = true;
      fail(error);
    }
    if (!isOver) timer = setTimeout(() => void again(), intervalMs);
  };
  void again();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
