import { FileImage, FileType } from '@lucide/vue';
import { asApiError } from '../../../api/useApi.ts';
import type { ChartExposed } from '../../../charts/types.ts';
import { host } from '../../../host/host.ts';
import { useToasts } from '../../../kit/index.ts';
import type { MenuEntry } from '../../../kit/index.ts';

/** The menu entries that save a chart as it is on screen. */
export function useFigureEntries(chart: () => ChartExposed | null | undefined, name: () => string): MenuEntry[] {
  const toasts = useToasts();
  async function save(format: 'svg' | 'png'): Promise<void> {
    const drawn = chart();
    if (!drawn) return;
    try {
      const blob = format === 'svg' ? new Blob([drawn.exportSvg()], { type: 'image/svg+xml' }) : await drawn.exportPng(3);
      await host.saveBlob(`${fileName(name())}.${format}`, blob);
    } catch (error) {
      toasts.show({ tone: 'danger', title: 'The figure could not be saved', message: asApiError(error).message });
    }
  }
  return [
    { id: 'svg', label: 'Save as SVG', icon: FileType, run: () => void save('svg') },
    { id: 'png', label: 'Save as PNG', icon: FileImage, run: () => void save('png') },
  ];
}

/** A name without what file systems refuse. */
export function fileName(text: string): string {
  return text.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^-+|-+$/g, '') || 'figure';
}
