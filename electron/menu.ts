import type { RecentStudy } from './recentStudies.ts';

/** One entry of the menu: an action of the window, something that the system knows how to do, or a menu of its own. */
export type MenuEntry =
  | { readonly kind: 'action'; readonly label: string; readonly action: string; readonly accelerator?: string }
  | { readonly kind: 'command'; readonly label: string; readonly command: MenuCommand; readonly accelerator?: string }
  | { readonly kind: 'open'; readonly label: string; readonly path: string }
  | { readonly kind: 'role'; readonly role: MenuRole }
  | { readonly kind: 'separator' }
  | { readonly kind: 'menu'; readonly label: string; readonly entries: readonly MenuEntry[] };

/** What the main process does itself. */
export type MenuCommand = 'open-study' | 'clear-recent' | 'show-log';
export type MenuRole = 'about' | 'hide' | 'hideOthers' | 'unhide' | 'quit' | 'close' | 'minimize' | 'zoom' | 'front'
  | 'undo' | 'redo' | 'cut' | 'copy' | 'paste' | 'selectAll' | 'reload' | 'toggleDevTools' | 'resetZoom' | 'zoomIn' | 'zoomOut' | 'togglefullscreen';

export interface MenuState {
  readonly isMac: boolean;
  readonly recent: readonly RecentStudy[];
}

const separator: MenuEntry = { kind: 'separator' };
const role = (name: MenuRole): MenuEntry => ({ kind: 'role', role: name });
const menu = (label: string, entries: readonly MenuEntry[]): MenuEntry => ({ kind: 'menu', label, entries });
/** Letter shortcuts belong to the window, which knows when text is typed; the menu has those with a modifier. */
const action = (label: string, id: string, accelerator?: string): MenuEntry =>
  ({ kind: 'action', label, action: id, ...(accelerator === undefined ? {} : { accelerator }) });

/** The whole menu. Ids of actions are those of the window's registry. */
export function menuOf({ isMac, recent }: MenuState): MenuEntry[] {
  return [
    ...(isMac ? [menu('Pocketformer', [
      role('about'), separator, action('Settings...', 'go.settings'), separator,
      role('hide'), role('hideOthers'), role('unhide'), separator, role('quit'),
    ])] : []),
    menu('File', [
      action('New study', 'study.new', 'CommandOrControl+N'),
      { kind: 'command', label: 'Open study...', command: 'open-study', accelerator: 'CommandOrControl+O' },
      menu('Open recent', recent.length === 0
        ? [{ kind: 'command', label: 'No recent studies', command: 'clear-recent' }]
        : [...recent.map(({ name, path }): MenuEntry => ({ kind: 'open', label: name, path })), separator,
          { kind: 'command', label: 'Clear list', command: 'clear-recent' }]),
      separator,
      ...(isMac ? [role('close')] : [action('Settings', 'go.settings'), separator, role('quit')]),
    ]),
    menu('Edit', [role('undo'), role('redo'), separator, role('cut'), role('copy'), role('paste'), role('selectAll')]),
    menu('Go', [
      action('Studies', 'go.studies'), action('Live run', 'go.run'), action('Fronts', 'go.fronts'),
      action('Architecture', 'go.architecture'), action('Devices', 'go.devices'), action('Scores', 'go.correlation'), separator,
      action('Back', 'go.back'), action('Forward', 'go.forward'),
    ]),
    menu('Job', [action('Pause or continue', 'job.pause'), action('Stop', 'job.stop')]),
    menu('View', [
      action('Search and run anything', 'palette.open'), separator,
      action('Light theme', 'view.theme.light'), action('Dark theme', 'view.theme.dark'), action("System's theme", 'view.theme.system'),
      separator, role('resetZoom'), role('zoomIn'), role('zoomOut'), role('togglefullscreen'), separator, role('reload'), role('toggleDevTools'),
    ]),
    ...(isMac ? [menu('Window', [role('minimize'), role('zoom'), separator, role('front')])] : []),
    menu('Help', [
      action('Help', 'go.help', 'F1'), action('Keyboard shortcuts', 'help.shortcuts'), separator,
      { kind: 'command', label: 'Show log file', command: 'show-log' },
      ...(isMac ? [] : [role('about')]),
    ]),
  ];
}
