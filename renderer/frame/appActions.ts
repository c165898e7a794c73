import { CirclePause, CircleStop, FilePlus, GraduationCap, Keyboard, Monitor, Moon, PanelLeft, Search, Shuffle, Sun, SunMoon } from '@lucide/vue';
import type { Job } from '../../core/api/contract/types.ts';
import type { Action } from '../actions/registry.ts';
import type { Route } from '../router/route.ts';
import type { ThemeChoice } from '../theme/theme.ts';
import { places } from './screens.ts';

/** What the frame's actions act on; the stores in the app, plain objects in tests. */
export interface AppActionContext {
  go: (route: Route) => void;
  back: () => void;
  forward: () => void;
  lastStudy: () => string | null;
  openPalette: () => void;
  openShortcuts: () => void;
  toggleRail: () => void;
  chooseTheme: (choice: ThemeChoice) => void;
  cycleTheme: () => void;
  /** The job that is meant when none is named. */
  job: () => Job | undefined;
  togglePause: (job: Job) => Promise<void>;
  stopJob: (job: Job) => Promise<void>;
}

/** The actions that every screen has. Screens add their own with `useActions`. */
export function appActions(context: AppActionContext): Action[] {
  return [
    ...places.map((place): Action => ({
      id: `go.${place.id}`, title: `Go to ${place.label.toLowerCase()}`, group: 'Go to', icon: place.icon, shortcuts: [place.shortcut],
      enabled: () => place.route(context.lastStudy()) !== null,
      run: () => {
        const route = place.route(context.lastStudy());
        if (route) context.go(route);
      },
    })),
    { id: 'go.back', title: 'Go back', group: 'Go to', shortcuts: ['Alt+ArrowLeft', 'Mod+['], run: context.back },
    { id: 'go.forward', title: 'Go forward', group: 'Go to', shortcuts: ['Alt+ArrowRight', 'Mod+]'], run: context.forward },
    {
      id: 'study.new', title: 'New study', group: 'Study', icon: FilePlus, shortcuts: ['N'], keywords: ['create'],
      run: () => context.go({ screen: 'new-study' }),
    },
    {
      id: 'training.new', title: 'New training', group: 'Study', icon: GraduationCap, shortcuts: ['Shift+N'], keywords: ['create', 'train', 'network'],
      run: () => context.go({ screen: 'new-training' }),
    },
    { id: 'go.transfers', title: 'Go to transfers', group: 'Go to', icon: Shuffle, shortcuts: ['G X'], run: () => context.go({ screen: 'transfers' }) },
    {
      id: 'transfer.new', title: 'New transfer', group: 'Study', icon: Shuffle, keywords: ['create', 'fine-tune', 'winners'],
      run: () => context.go({ screen: 'new-transfer' }),
    },
    ...jobActions(context),
    ...viewActions(context),
    {
      id: 'palette.open', title: 'Search and run anything', group: 'Help', icon: Search, shortcuts: ['Mod+K', 'Mod+Shift+P'], whileTyping: true,
      hidden: true, run: context.openPalette,
    },
    { id: 'help.shortcuts', title: 'Show keyboard shortcuts', group: 'Help', icon: Keyboard, shortcuts: ['?'], run: context.openShortcuts },
  ];
}

function jobActions(context: AppActionContext): Action[] {
  return [
    {
      id: 'job.pause', title: 'Pause or continue the running job', group: 'Job', icon: CirclePause, shortcuts: ['Shift+P'],
      enabled: () => ['running', 'paused'].includes(context.job()?.state ?? ''),
      run: async () => {
        const job = context.job();
        if (job) await context.togglePause(job);
      },
    },
    {
      id: 'job.stop', title: 'Stop the running job', group: 'Job', icon: CircleStop, keywords: ['cancel', 'end'],
      enabled: () => context.job() !== undefined,
      run: async () => {
        const job = context.job();
        if (job) await context.stopJob(job);
      },
    },
  ];
}

function viewActions(context: AppActionContext): Action[] {
  const theme = (choice: ThemeChoice, title: string, icon: Action['icon']): Action => ({
    id: `view.theme.${choice}`, title, group: 'View', icon, keywords: ['appearance', 'colour'], run: () => context.chooseTheme(choice),
  });
  return [
    theme('light', 'Use the light theme', Sun),
    theme('dark', 'Use the dark theme', Moon),
    theme('system', "Follow the system's theme", Monitor),
    { id: 'view.theme.next', title: 'Next theme', group: 'View', icon: SunMoon, shortcuts: ['Mod+Shift+L'], hidden: true, run: context.cycleTheme },
    { id: 'view.rail', title: 'Narrow or widen the navigation', group: 'View', icon: PanelLeft, shortcuts: ['Mod+B'], run: context.toggleRail },
  ];
}
