import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { parseRoute, routeHash, routeStudy } from './route.ts';
import type { Route } from './route.ts';

const lastStudyKey = 'pocketformer.lastStudy';

/** Where the window is. The hash is the truth, so back, forward, reload and copied addresses all work. */
export const useRouter = defineStore('router', () => {
  const route = shallowRef<Route>(parseRoute(window.location.hash));
  const lastStudy = shallowRef<string | null>(routeStudy(route.value) ?? window.localStorage.getItem(lastStudyKey));

  function follow(): void {
    route.value = parseRoute(window.location.hash);
    const study = routeStudy(route.value);
    if (study !== null && study !== lastStudy.value) {
      lastStudy.value = study;
      window.localStorage.setItem(lastStudyKey, study);
    }
  }
  window.addEventListener('hashchange', follow);

  /** Goes to a route; `replace` leaves no entry to go back to (for filters and picks within a screen). */
  function go(next: Route, options: { replace?: boolean } = {}): void {
    const hash = routeHash(next);
    if (hash === window.location.hash) return;
    if (options.replace) {
      window.history.replaceState(null, '', hash);
      follow();
    } else {
      window.location.hash = hash;
      follow();
    }
  }

  /** Forgets a study that is gone, so that the rail does not lead there. */
  function forgetStudy(study: string): void {
    if (lastStudy.value !== study) return;
    lastStudy.value = null;
    window.localStorage.removeItem(lastStudyKey);
  }

  return {
    route,
    /** The study on screen, or the one seen last. */
    lastStudy,
    study: computed(() => routeStudy(route.value)),
    go,
    forgetStudy,
    back: () => window.history.back(),
    forward: () => window.history.forward(),
  };
});
