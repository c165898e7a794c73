import type { MenuItemConstructorOptions } from 'electron';
import type { MenuCommand, MenuEntry } from './menu.ts';

export interface MenuTargets {
  action(id: string): void;
  command(command: MenuCommand): void;
  open(path: string): void;
}

/** A described menu in Electron's terms. */
export function templateOf(entries: readonly MenuEntry[], targets: MenuTargets): MenuItemConstructorOptions[] {
  return entries.map((entry) => {
    switch (entry.kind) {
      case 'separator': return { type: 'separator' };
      case 'role': return { role: entry.role };
      case 'menu': return { label: entry.label, submenu: templateOf(entry.entries, targets) };
      case 'open': return { label: entry.label, click: () => targets.open(entry.path) };
      case 'action': return { label: entry.label, ...shortcut(entry.accelerator), click: () => targets.action(entry.action) };
      case 'command': return { label: entry.label, ...shortcut(entry.accelerator), click: () => targets.command(entry.command) };
    }
  });
}

const shortcut = (accelerator: string | undefined) => (accelerator === undefined ? {} : { accelerator });
