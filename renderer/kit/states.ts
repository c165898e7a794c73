import { CircleAlert, CircleCheck, CircleDashed, CircleDot, CirclePause, CircleStop, Clock, LoaderCircle, Zap } from '@lucide/vue';
import type { Component } from 'vue';
import type { Tone } from './types.ts';

/** Every state a study or a job can be in; each has a word, a shape and a colour, so that none stands alone. */
export const stateLooks: Readonly<Record<string, { label: string; tone: Tone; icon: Component; spin?: boolean }>> = {
  created: { label: 'Not started', tone: 'neutral', icon: CircleDashed },
  queued: { label: 'Queued', tone: 'neutral', icon: Clock },
  starting: { label: 'Starting', tone: 'info', icon: LoaderCircle, spin: true },
  running: { label: 'Running', tone: 'info', icon: LoaderCircle, spin: true },
  paused: { label: 'Paused', tone: 'warning', icon: CirclePause },
  stopping: { label: 'Stopping', tone: 'warning', icon: CircleStop },
  stopped: { label: 'Stopped', tone: 'neutral', icon: CircleStop },
  interrupted: { label: 'Interrupted', tone: 'warning', icon: CircleDot },
  failed: { label: 'Failed', tone: 'danger', icon: CircleAlert },
  crashed: { label: 'Crashed', tone: 'danger', icon: Zap },
  done: { label: 'Done', tone: 'success', icon: CircleCheck },
  finished: { label: 'Finished', tone: 'success', icon: CircleCheck },
};
