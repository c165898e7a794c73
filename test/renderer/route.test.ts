import { describe, expect, it } from 'vitest';
import { parseRoute, routeHash, routeStudy } from '../../renderer/router/route.ts';
import type { Route } from '../../renderer/router/route.ts';

const routes: [string, Route][] = [
  ['#/studies', { screen: 'studies' }],
  ['#/studies/new', { screen: 'new-study' }],
  ['#/studies/new?template=quickstart', { screen: 'new-study', template: 'quickstart' }],
  ['#/study/s1/run', { screen: 'study', study: 's1', view: 'run' }],
  ['#/study/s1/fronts', { screen: 'study', study: 's1', view: 'fronts' }],
  ['#/study/s1/edit', { screen: 'study', study: 's1', view: 'edit' }],
  ['#/study/s1/architecture', { screen: 'study', study: 's1', view: 'architecture' }],
  ['#/study/s1/architecture/a8', { screen: 'architecture', study: 's1', arch: 'a8' }],
  ['#/study/s1/architecture/a8?against=b7', { screen: 'architecture', study: 's1', arch: 'a8', against: 'b7' }],
  ['#/architecture', { screen: 'free-architecture' }],
  ['#/architecture?space=elasticvit&arch=T1&against=S2', { screen: 'free-architecture', space: 'elasticvit', arch: 'T1', against: 'S2' }],
  ['#/architecture?space=elasticvit&arch=%7B%22a%22%3A1%7D', { screen: 'free-architecture', space: 'elasticvit', arch: '{"a":1}' }],
  ['#/study/a%20b%2Fc%C3%A9/fronts', { screen: 'study', study: 'a b/cé', view: 'fronts' }],
  ['#/compare?studies=a,b%20c', { screen: 'compare', studies: ['a', 'b c'] }],
  ['#/devices?device=pixel4', { screen: 'devices', device: 'pixel4' }],
  ['#/trainings', { screen: 'trainings' }],
  ['#/trainings?training=my%20net', { screen: 'trainings', training: 'my net' }],
  ['#/transfers', { screen: 'transfers' }],
  ['#/transfers?transfer=birds', { screen: 'transfers', transfer: 'birds' }],
  ['#/transfers/new?template=painted&study=s1', { screen: 'new-transfer', template: 'painted', study: 's1' }],
  ['#/trainings/new', { screen: 'new-training' }],
  ['#/trainings/new?template=small', { screen: 'new-training', template: 'small' }],
  ['#/trainings/new?study=s1&arch=%7B%22a%22%3A1%7D', { screen: 'new-training', study: 's1', arch: '{"a":1}' }],
  ['#/correlation', { screen: 'correlation' }],
  ['#/correlation?file=%2Fdata%2Fa%20b.csv', { screen: 'correlation', file: '/data/a b.csv' }],
  ['#/settings', { screen: 'settings' }],
  ['#/help', { screen: 'help' }],
];

describe('routes', () => {
  it.each(routes)('%s is read and written the same', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route);
    expect(routeHash(route)).toBe(hash);
  });

  it('begin at the studies', () => {
    for (const hash of ['', '#', '#/']) expect(parseRoute(hash)).toEqual({ screen: 'studies' });
  });

  it('show the run of a study named without a view', () => {
    expect(parseRoute('#/study/s1')).toEqual({ screen: 'study', study: 's1', view: 'run' });
  });

  it('that nobody knows are told apart, never an exception', () => {
    for (const hash of ['#/nowhere', '#/study/s1/elsewhere', '#/studies/new/more', '#/study/s1/run/more', '#/study']) {
      expect(parseRoute(hash).screen).toBe('not-found');
    }
    expect(parseRoute('#/study/50%/run')).toEqual({ screen: 'study', study: '50%', view: 'run' });
  });

  it('name the study they are about', () => {
    expect(routeStudy(parseRoute('#/study/s1/architecture/a8'))).toBe('s1');
    expect(routeStudy(parseRoute('#/compare?studies=a,b'))).toBeNull();
  });

  it('keep a comma within a study id apart from the comma between two', () => {
    const route: Route = { screen: 'compare', studies: ['a,b', 'c'] };
    expect(parseRoute(routeHash(route))).toEqual(route);
  });
});
