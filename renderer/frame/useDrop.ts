import { onUnmounted } from 'vue';
import { host } from '../host/host.ts';
import { useToasts } from '../kit/index.ts';

/** Opens studies that are dropped on the window: their folders, or study files. */
export function useDrop(open: (path: string) => Promise<void>, report: (error: unknown) => void): void {
  const toasts = useToasts();
  const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  const over = (event: DragEvent) => {
    if (!holdsFiles(event)) return;
    // Without this, the browser would open the file in place of the window.
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
  };
  const drop = async (event: DragEvent) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    const paths = [...event.dataTransfer?.files ?? []].map((file) => host.pathOfDropped(file)).filter((path) => path !== '');
    if (paths.length === 0) {
      toasts.show({ title: 'A browser does not tell where a dropped file lies', message: 'Use Open in the list of studies, or give the path there.' });
    }
    for (const path of paths) await open(path);
  };
  const dropped = (event: DragEvent) => void drop(event).catch(report);
  window.addEventListener('dragover', over);
  window.addEventListener('drop', dropped);
  onUnmounted(() => {
    window.removeEventListener('dragover', over);
    window.removeEventListener('drop', dropped);
  });
}
