import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp, effectScope } from 'vue';
import type { EffectScope } from 'vue';
import type { ApiClient } from '../../../core/api/client.ts';
import { ApiError } from '../../../core/api/client.ts';
import { checkStudyText } from '../../../core/study/library/checkStudy.ts';
import { removeFromYaml, setInYaml } from '../../../core/study/library/editYaml.ts';
import { apiKey } from '../../../renderer/api/useApi.ts';
import { useDraft } from '../../../renderer/screens/editor/useDraft.ts';
import type { Draft } from '../../../renderer/screens/editor/useDraft.ts';

interface DraftInput {
  readonly text: string;
  readonly baseDir: string;
  readonly changes?: readonly { readonly path: (string | number)[]; readonly value: unknown }[];
}

const study = `# two phones
version: 1
seed: 1 # any
space: elasticvit-mini
data: {kind: synthetic, imageSize: 32}
devices: [pixel6]
`;

/** The core's own checking and editing, answered when the test says so. */
function heldApi() {
  const listeners: ((state: string) => void)[] = [];
  const held: { method: string; answer: () => Promise<void>; fail: (error: ApiError) => void }[] = [];
  async function compute(method: string, { text, baseDir, changes = [] }: DraftInput) {
    const edited = changes.reduce((so, { path, value }) => (value === null ? removeFromYaml(so, path) : setInYaml(so, path, value)), text);
    const { settings = null, problems, hints } = await checkStudyText(edited, baseDir);
    return method === 'draft.edit' ? { text: edited, settings, problems, hints } : { settings, problems, hints };
  }
  const api = {
    onState: (listener: (state: string) => void) => {
      listeners.push(listener);
      return () => undefined;
    },
    call: (method: string, input: DraftInput) => new Promise((resolve, reject) => {
      held.push({ method, answer: async () => resolve(await compute(method, input)), fail: reject });
    }),
  } as unknown as ApiClient;
  return { api, held, listeners };
}

describe('a draft', () => {
  let scope: EffectScope;
  let draft: Draft;
  let held: ReturnType<typeof heldApi>['held'];
  let listeners: ReturnType<typeof heldApi>['listeners'];

  const settle = () => vi.advanceTimersByTimeAsync(0);
  async function answerNext(method: string): Promise<void> {
    const next = held.shift();
    expect(next?.method).toBe(method);
    await next?.answer();
    await settle();
  }
  async function typingPause(): Promise<void> {
    await vi.advanceTimersByTimeAsync(1000);
  }

  beforeEach(() => {
    vi.useFakeTimers();
    const made = heldApi();
    ({ held, listeners } = made);
    scope = effectScope();
    const app = createApp({});
    app.provide(apiKey, made.api);
    draft = app.runWithContext(() => scope.run(() => useDraft('study'))) as Draft;
    draft.reset(study, '/work');
  });
  afterEach(() => {
    scope.stop();
    vi.useRealTimers();
  });

  it('is accepted once the core has found no problem, and not while it is being checked', async () => {
    expect(draft.accepted.value).toBeNull();
    await typingPause();
    await answerNext('draft.check');
    expect(draft.accepted.value).toBe(study);
    draft.type(study.replace('seed: 1', 'seed: many'));
    await settle();
    expect(draft.accepted.value).toBeNull();
    await typingPause();
    await answerNext('draft.check');
    expect(draft.problems.value).toMatchObject([{ path: ['seed'], line: 3 }]);
  });

  it('shows a change of the form at once, and writes it into the text with its comments', async () => {
    draft.change([{ path: ['seed'], value: 7 }]);
    expect(draft.valueOf(['seed'])).toBe(7);
    expect(draft.isWriting.value).toBe(true);
    await answerNext('draft.edit');
    expect(draft.text.value).toBe(study.replace('seed: 1', 'seed: 7'));
    expect(draft.isWriting.value).toBe(false);
    expect(draft.accepted.value).toBe(draft.text.value);
  });

  it('sends changes made meanwhile together, the newest of each setting', async () => {
    draft.change([{ path: ['seed'], value: 7 }]);
    draft.change([{ path: ['seed'], value: 8 }]);
    draft.change([{ path: ['training', 'steps'], value: 5 }]);
    expect(held).toHaveLength(1);
    await answerNext('draft.edit');
    expect(draft.valueOf(['seed'])).toBe(8);
    await answerNext('draft.edit');
    expect(draft.text.value).toContain('seed: 8 # any');
    expect(draft.text.value).toContain('steps: 5');
    expect(held).toEqual([]);
  });

  it('makes a change again in the text that was typed meanwhile', async () => {
    draft.change([{ path: ['seed'], value: 7 }]);
    draft.type(`${study}name: typed\n`);
    await answerNext('draft.edit');
    await answerNext('draft.edit');
    expect(draft.text.value).toContain('seed: 7 # any');
    expect(draft.text.value).toContain('name: typed');
  });

  it('is not being checked any more once an edit of the form has been, whatever was typed just before', async () => {
    await typingPause();
    await answerNext('draft.check');
    draft.type(`${study}name: typed\n`);
    await settle();
    draft.change([{ path: ['seed'], value: 7 }]);
    await answerNext('draft.edit');
    expect(draft.isChecking.value).toBe(false);
    expect(draft.accepted.value).toBe(draft.text.value);
    await typingPause();
    expect(held).toEqual([]);
  });

  it('goes back over changes of the form and of the text alike', async () => {
    draft.change([{ path: ['seed'], value: 7 }]);
    await answerNext('draft.edit');
    draft.type(`${draft.text.value}name: a\n`);
    draft.type(`${draft.text.value}# b\n`);
    draft.undo();
    expect(draft.text.value).toBe(study.replace('seed: 1', 'seed: 7'));
    draft.undo();
    expect(draft.text.value).toBe(study);
    expect(draft.canUndo.value).toBe(false);
    draft.redo();
    expect(draft.valueOf(['seed'])).toBe(7);
  });

  it('keeps showing what was readable while the YAML is broken', async () => {
    draft.type(study.replace('seed: 1', 'seed: ['));
    expect(draft.isReadable.value).toBe(false);
    expect(draft.valueOf(['seed'])).toBe(1);
    await typingPause();
    await answerNext('draft.check');
    expect(draft.problems.value[0].path).toEqual([]);
  });

  it('keeps a change over a lost connection, and makes it when the core is back', async () => {
    draft.change([{ path: ['seed'], value: 7 }]);
    held.shift()?.fail(new ApiError({ code: 'connection-lost', message: 'lost' }));
    await settle();
    expect(draft.error.value?.code).toBe('connection-lost');
    expect(draft.valueOf(['seed'])).toBe(7);
    for (const listener of listeners) listener('open');
    await answerNext('draft.edit');
    expect(draft.text.value).toContain('seed: 7');
    expect(draft.error.value).toBeUndefined();
  });

  it('reports what went wrong otherwise, and lets go of the change', async () => {
    draft.change([{ path: ['seed'], value: 7 }]);
    held.shift()?.fail(new ApiError({ code: 'invalid-yaml', message: 'not valid YAML' }));
    await settle();
    expect(draft.error.value?.code).toBe('invalid-yaml');
    expect(draft.isWriting.value).toBe(false);
    expect(draft.valueOf(['seed'])).toBe(1);
  });

  it('forgets answers to a text that was replaced', async () => {
    draft.change([{ path: ['seed'], value: 7 }]);
    draft.reset('version: 1\n', '/elsewhere');
    await answerNext('draft.edit');
    expect(draft.text.value).toBe('version: 1\n');
    expect(draft.canUndo.value).toBe(false);
  });
});
