import { useRouter } from '../../router/router.ts';
import type { Route } from '../../router/route.ts';

interface Place {
  readonly study: string | null;
  readonly space: string | null;
  readonly arch: string | null;
  readonly against: string | null;
}

/** Changes what the screen's address names: the address is the truth. */
export function useArchitectureRoute(place: Place) {
  const router = useRouter();

  function routeOf({ study, space, arch, against }: Place): Route {
    const compared = against === null ? {} : { against };
    if (study !== null) return arch === null ? { screen: 'study', study, view: 'architecture' } : { screen: 'architecture', study, arch, ...compared };
    return { screen: 'free-architecture', ...(space === null ? {} : { space }), ...(arch === null ? {} : { arch }), ...compared };
  }
  return {
    /** Shows another architecture; the comparison stays. */
    show: (arch: string | null) => router.go(routeOf({ ...place, arch })),
    compare: (against: string | null) => router.go(routeOf({ ...place, against }), { replace: true }),
    swap: () => {
      if (place.arch !== null && place.against !== null) router.go(routeOf({ ...place, arch: place.against, against: place.arch }));
    },
    chooseSpace: (space: string) => router.go(routeOf({ study: null, space, arch: null, against: null })),
    openStudy: (study: string) => router.go({ screen: 'study', study, view: 'architecture' }),
  };
}
