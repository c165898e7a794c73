import { BookOpen, ChartScatter, Folders, GraduationCap, Layers, Scale, Settings, Smartphone, SquareActivity } from '@lucide/vue';
import { defineAsyncComponent } from 'vue';
import type { Component } from 'vue';
import type { Route, StudyView } from '../router/route.ts';

/** The places of the rail. Those that show one study lead to the study on screen, or the one seen last. */
export interface Place {
  id: string;
  label: string;
  icon: Component;
  shortcut: string;
  /** null while there is no study to show. */
  route: (study: string | null) => Route | null;
  isHere: (route: Route) => boolean;
  /** Below the others, at the foot of the rail. */
  foot?: boolean;
}

function ofStudy(view: StudyView): Place['route'] {
  return (study) => (study === null ? null : { screen: 'study', study, view });
}

export const places: readonly Place[] = [
  {
    id: 'studies', label: 'Studies', icon: Folders, shortcut: 'G S', route: () => ({ screen: 'studies' }),
    isHere: (route) => route.screen === 'studies' || route.screen === 'new-study' || (route.screen === 'study' && route.view === 'edit'),
  },
  {
    id: 'run', label: 'Live run', icon: SquareActivity, shortcut: 'G R', route: ofStudy('run'),
    isHere: (route) => route.screen === 'study' && route.view === 'run',
  },
  {
    id: 'fronts', label: 'Fronts', icon: ChartScatter, shortcut: 'G F', route: ofStudy('fronts'),
    isHere: (route) => (route.screen === 'study' && route.view === 'fronts') || route.screen === 'compare',
  },
  {
    id: 'architecture', label: 'Architecture', icon: Layers, shortcut: 'G A',
    route: (study) => ofStudy('architecture')(study) ?? { screen: 'free-architecture' },
    isHere: (route) => route.screen === 'architecture' || route.screen === 'free-architecture' || (route.screen === 'study' && route.view === 'architecture'),
  },
  {
    id: 'trainings', label: 'Trainings', icon: GraduationCap, shortcut: 'G T', route: () => ({ screen: 'trainings' }),
    isHere: (route) => ['trainings', 'new-training', 'transfers', 'new-transfer'].includes(route.screen),
  },
  {
    id: 'devices', label: 'Devices', icon: Smartphone, shortcut: 'G D', route: () => ({ screen: 'devices' }),
    isHere: (route) => route.screen === 'devices',
  },
  {
    id: 'correlation', label: 'Scores', icon: Scale, shortcut: 'G C', route: () => ({ screen: 'correlation' }),
    isHere: (route) => route.screen === 'correlation',
  },
  {
    id: 'settings', label: 'Settings', icon: Settings, shortcut: 'Mod+,', route: () => ({ screen: 'settings' }), foot: true,
    isHere: (route) => route.screen === 'settings',
  },
  {
    id: 'help', label: 'Help', icon: BookOpen, shortcut: 'G H', route: () => ({ screen: 'help' }), foot: true,
    isHere: (route) => route.screen === 'help',
  },
];

/** The gallery is for developing the kit: `npx vite`, or ?gallery in the address of a built window. */
export const hasGallery = import.meta.env.DEV || new URLSearchParams(window.location.search).has('gallery');

const studies = defineAsyncComponent(() => import('../screens/studies/StudiesScreen.vue'));
const editor = defineAsyncComponent(() => import('../screens/editor/EditorScreen.vue'));
const run = defineAsyncComponent(() => import('../screens/run/RunScreen.vue'));
const fronts = defineAsyncComponent(() => import('../screens/fronts/FrontsScreen.vue'));
const architecture = defineAsyncComponent(() => import('../screens/architecture/ArchitectureScreen.vue'));
const trainings = defineAsyncComponent(() => import('../screens/trainings/TrainingsScreen.vue'));
const newTraining = defineAsyncComponent(() => import('../screens/trainings/form/NewTrainingScreen.vue'));
const transfers = defineAsyncComponent(() => import('../screens/transfers/TransfersScreen.vue'));
const newTransfer = defineAsyncComponent(() => import('../screens/transfers/form/NewTransferScreen.vue'));
const devices = defineAsyncComponent(() => import('../screens/devices/DevicesScreen.vue'));
const correlation = defineAsyncComponent(() => import('../screens/correlation/CorrelationScreen.vue'));
const settings = defineAsyncComponent(() => import('../screens/settings/SettingsScreen.vue'));
const help = defineAsyncComponent(() => import('../screens/help/HelpScreen.vue'));
const gallery = defineAsyncComponent(() => import('../gallery/GalleryScreen.vue'));
const notFound = defineAsyncComponent(() => import('./NotFoundScreen.vue'));

/** A screen, what it is given, and what the window's title says. `key` is new where the screen must start afresh. */
export interface Shown {
  component: Component;
  props: Record<string, unknown>;
  key: string;
  title: string;
}

export function shownBy(route: Route): Shown {
  switch (route.screen) {
    case 'studies': return { component: studies, props: {}, key: 'studies', title: 'Studies' };
    case 'new-study': return { component: editor, props: { study: null, template: route.template ?? null }, key: 'new', title: 'New study' };
    case 'study': return ofView(route.study, route.view);
    case 'architecture':
      return {
        component: architecture, props: { study: route.study, space: null, arch: route.arch, against: route.against ?? null },
        key: `architecture ${route.study}`, title: 'Architecture',
      };
    case 'free-architecture':
      return {
        component: architecture, props: { study: null, space: route.space ?? null, arch: route.arch ?? null, against: route.against ?? null },
        key: 'architecture', title: 'Architecture',
      };
    case 'compare': return { component: fronts, props: { studies: route.studies }, key: 'compare', title: 'Compare studies' };
    case 'trainings': return { component: trainings, props: { training: route.training ?? null }, key: 'trainings', title: 'Trainings' };
    case 'new-training': {
      const { screen: _, ...beginning } = route;
      return { component: newTraining, props: { beginning }, key: 'new-training', title: 'New training' };
    }
    case 'transfers': return { component: transfers, props: { transfer: route.transfer ?? null }, key: 'transfers', title: 'Transfers' };
    case 'new-transfer': {
      const { screen: _, ...beginning } = route;
      return { component: newTransfer, props: { beginning }, key: 'new-transfer', title: 'New transfer' };
    }
    case 'devices': return { component: devices, props: { device: route.device ?? null, add: route.add ?? false }, key: 'devices', title: 'Devices' };
    case 'correlation': return { component: correlation, props: { file: route.file ?? null }, key: 'correlation', title: 'Scores' };
    case 'settings': return { component: settings, props: {}, key: 'settings', title: 'Settings' };
    case 'help': return { component: help, props: {}, key: 'help', title: 'Help' };
    case 'gallery': return hasGallery ? { component: gallery, props: {}, key: 'gallery', title: 'Gallery' } : lost('/gallery');
    case 'not-found': return lost(route.path);
  }
}

function ofView(study: string, view: StudyView): Shown {
  const key = `${view} ${study}`;
  switch (view) {
    case 'run': return { component: run, props: { study }, key, title: 'Live run' };
    case 'fronts': return { component: fronts, props: { studies: [study] }, key, title: 'Fronts' };
    case 'edit': return { component: editor, props: { study, template: null }, key, title: 'Study settings' };
    case 'architecture': return { component: architecture, props: { study, space: null, arch: null, against: null }, key: `architecture ${study}`, title: 'Architecture' };
  }
}

function lost(path: string): Shown {
  return { component: notFound, props: { path }, key: 'not-found', title: 'Not found' };
}
