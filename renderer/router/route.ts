/** Where the window is, as a value; `parseRoute` and `routeHash` are each other's inverse for every screen. */
export type Route =
  | { screen: 'studies' }
  | { screen: 'new-study'; template?: string }
  | { screen: 'study'; study: string; view: StudyView }
  | { screen: 'architecture'; study: string; arch: string; against?: string }
  /** An architecture of a space, without a study. */
  | { screen: 'free-architecture'; space?: string; arch?: string; against?: string }
  | { screen: 'compare'; studies: string[] }
  /** `add`: the form for a device of one's own. */
  | { screen: 'devices'; device?: string; add?: boolean }
  /** Trainings of single networks. */
  | { screen: 'trainings'; training?: string }
  | ({ screen: 'new-training' } & TrainingBeginning)
  /** Studies' winners on other images. */
  | { screen: 'transfers'; transfer?: string }
  | ({ screen: 'new-transfer' } & TransferBeginning)
  /** Scores beside the accuracies of a file. */
  | { screen: 'correlation'; file?: string }
  | { screen: 'settings' }
  | { screen: 'help' }
  | { screen: 'gallery' }
  | { screen: 'not-found'; path: string };

/** What a new training begins with; nothing asks the person. */
export interface TrainingBeginning {
  /** A template's id. */
  template?: string;
  /** A study whose images, and whose weights if it has any, are taken. */
  study?: string;
  /** A training whose settings are copied. */
  training?: string;
  space?: string;
  /** A published name or JSON; with a study alone, the best of its fronts. */
  arch?: string;
}

/** What a new transfer begins with; without a template or transfer, the person is asked. */
export interface TransferBeginning {
  /** A template's id. */
  template?: string;
  /** The study whose winners are moved. */
  study?: string;
  /** A transfer whose settings are copied. */
  transfer?: string;
}

export const studyViews = ['run', 'fronts', 'edit', 'architecture'] as const;
/** `architecture` without an id asks the person to pick one. */
export type StudyView = typeof studyViews[number];

/** Reads location.hash, with or without the leading #. Unknown paths become 'not-found', never an exception. */
export function parseRoute(hash: string): Route {
  const [path, query = ''] = hash.replace(/^#/, '').split('?', 2);
  const parts = path.split('/').filter(Boolean).map(decode);
  const params = new URLSearchParams(query);
  const [first, second, third, fourth] = parts;
  if (parts.length === 0) return { screen: 'studies' };
  if (parts.length === 1) {
    if (first === 'studies' || first === 'settings' || first === 'help' || first === 'gallery') return { screen: first };
    if (first === 'devices') return { screen: 'devices', ...optional('device', params.get('device')), ...(params.get('add') === '1' ? { add: true } : {}) };
    if (first === 'trainings') return { screen: 'trainings', ...optional('training', params.get('training')) };
    if (first === 'transfers') return { screen: 'transfers', ...optional('transfer', params.get('transfer')) };
    if (first === 'correlation') return { screen: 'correlation', ...optional('file', params.get('file')) };
    if (first === 'architecture') {
      return {
        screen: 'free-architecture', ...optional('space', params.get('space')), ...optional('arch', params.get('arch')),
        ...optional('against', params.get('against')),
      };
    }
    if (first === 'compare') return { screen: 'compare', studies: listOf(query, 'studies') };
  }
  if (first === 'studies' && second === 'new' && parts.length === 2) {
    return { screen: 'new-study', ...optional('template', params.get('template')) };
  }
  if (first === 'trainings' && second === 'new' && parts.length === 2) {
    return {
      screen: 'new-training', ...optional('template', params.get('template')), ...optional('study', params.get('study')), ...optional('training', params.get('training')),
      ...optional('space', params.get('space')), ...optional('arch', params.get('arch')),
    };
  }
  if (first === 'transfers' && second === 'new' && parts.length === 2) {
    return { screen: 'new-transfer', ...optional('template', params.get('template')), ...optional('study', params.get('study')), ...optional('transfer', params.get('transfer')) };
  }
  if (first === 'study' && second !== undefined) {
    if (parts.length === 2) return { screen: 'study', study: second, view: 'run' };
    if (third === 'architecture' && fourth !== undefined && parts.length === 4) {
      return { screen: 'architecture', study: second, arch: fourth, ...optional('against', params.get('against')) };
    }
    const view = studyViews.find((name) => name === third);
    if (view && parts.length === 3) return { screen: 'study', study: second, view };
  }
  return { screen: 'not-found', path };
}

/** The hash of a route, with the leading #. */
export function routeHash(route: Route): string {
  switch (route.screen) {
    case 'new-study': return `#/studies/new${query({ template: route.template })}`;
    case 'study': return `#/study/${encodeURIComponent(route.study)}/${route.view}`;
    case 'architecture':
      return `#/study/${encodeURIComponent(route.study)}/architecture/${encodeURIComponent(route.arch)}${query({ against: route.against })}`;
    case 'free-architecture': return `#/architecture${query({ space: route.space, arch: route.arch, against: route.against })}`;
    case 'compare': return `#/compare?studies=${route.studies.map(encodeURIComponent).join(',')}`;
    case 'devices': return `#/devices${query({ device: route.device, add: route.add ? '1' : undefined })}`;
    case 'new-training': {
      const { template, study, training, space, arch } = route;
      return `#/trainings/new${query({ template, study, training, space, arch })}`;
    }
    case 'new-transfer': return `#/transfers/new${query({ template: route.template, study: route.study, transfer: route.transfer })}`;
    case 'transfers': return `#/transfers${query({ transfer: route.transfer })}`;
    case 'trainings': return `#/trainings${query({ training: route.training })}`;
    case 'correlation': return `#/correlation${query({ file: route.file })}`;
    case 'not-found': return `#${route.path}`;
    default: return `#/${route.screen}`;
  }
}

/** The study a route is about, if it is about one. */
export function routeStudy(route: Route): string | null {
  return route.screen === 'study' || route.screen === 'architecture' ? route.study : null;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A stray % typed by hand: taken literally.
    return part;
  }
}

/** A comma-separated parameter. Split before it is decoded, because an id may have a comma of its own. */
function listOf(query: string, key: string): string[] {
  const value = query.split('&').find((pair) => pair.startsWith(`${key}=`))?.slice(key.length + 1) ?? '';
  return value.split(',').filter(Boolean).map(decode);
}

function optional<K extends string>(key: K, value: string | null): { [P in K]?: string } {
  return (value ? { [key]: value } : {}) as { [P in K]?: string };
}

function query(values: Record<string, string | undefined>): string {
  const pairs = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return pairs.length === 0 ? '' : `?${pairs.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&')}`;
}
