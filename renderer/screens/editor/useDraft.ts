import { computed, onScopeDispose, shallowRef, watch } from 'vue';
import type { ComputedRef, ShallowRef } from 'vue';
import type { ApiError } from '../../../core/api/client.ts';
import type { OutputOf } from '../../../core/api/contract/contract.ts';
import { asApiError, isCancelled, useApi } from '../../api/useApi.ts';
import type { DraftOf } from './draftKind.ts';
import { mergeChanges, valueAt, valueWithChanges, writtenSettings } from './formFields.ts';
import type { SettingChange, SettingPath, SettingProblem } from './formFields.ts';
import { endStep, newHistory, record, redo, undo } from './textHistory.ts';
import type { TextHistory } from './textHistory.ts';

type Checked = OutputOf<'draft.check'>;

export interface Draft {
  /** What it is to become. */
  readonly of: DraftOf;
  readonly text: ComputedRef<string>;
  readonly baseDir: ShallowRef<string>;
  /** The text can be read as YAML, so that the form can write into it. */
  readonly isReadable: ComputedRef<boolean>;
  readonly problems: ComputedRef<readonly SettingProblem[]>;
  readonly hints: ComputedRef<readonly SettingProblem[]>;
  /** Changes of the form that are not in the text yet. */
  readonly isWriting: ComputedRef<boolean>;
  /** The judgement is about an older text. */
  readonly isChecking: ShallowRef<boolean>;
  /** The text as it was last found without problems; null when it is not so now. */
  readonly accepted: ComputedRef<string | null>;
  readonly error: ShallowRef<ApiError | undefined>;
  readonly canUndo: ComputedRef<boolean>;
  readonly canRedo: ComputedRef<boolean>;
  /** What is written, with changes of the form that are on their way into the text. */
  valueOf(path: SettingPath): unknown;
  /** What counts, with defaults and what a published recipe says, as it was last judged. */
  takenAt(path: SettingPath): unknown;
  /** Begins with another text and without a history. */
  reset(text: string, baseDir: string): void;
  /** What a person typed into the text itself. */
  type(text: string): void;
  /** Changes of the form: written into the text with its comments kept. */
  change(changes: readonly SettingChange[]): void;
  /** The next change is a step of its own. */
  endStep(): void;
  undo(): void;
  redo(): void;
}

const typingPauseMs = 250;

/** A study, training or transfer file being written, kept in step between its text and a form; the core judges and edits it. */
export function useDraft(of: DraftOf): Draft {
  const api = useApi();
  const history = shallowRef<TextHistory>(newHistory(''));
  const baseDir = shallowRef('');
  const pending = shallowRef<readonly SettingChange[]>([]);
  const checked = shallowRef<{ text: string; answer: Checked } | undefined>();
  // While a setting is not acceptable, the form shows what counted before.
  const lastTaken = shallowRef<unknown>({});
  watch(checked, (now) => { if (now?.answer.settings) lastTaken.value = now.answer.settings; }, { flush: 'sync' });
  const isChecking = shallowRef(false);
  const error = shallowRef<ApiError>();
  const text = computed(() => history.value.present);
  const written = computed(() => writtenSettings(text.value));
  // While the YAML cannot be read, the form shows what it said before.
  const lastReadable = shallowRef<unknown>({});
  watch(written, (settings) => { if (settings !== undefined) lastReadable.value = settings; }, { immediate: true, flush: 'sync' });

  let isSending = false;
  let generation = 0;
  async function send(): Promise<void> {
    if (isSending) return;
    isSending = true;
    const mine = generation;
    while (pending.value.length > 0 && mine === generation) {
      const changes = pending.value;
      const before = text.value;
      try {
        const answer = await api.call('draft.edit', { text: before, baseDir: baseDir.value, of, changes: changes.map(({ path, value }) => ({ path, value: value ?? null })) });
        if (mine !== generation) break;
        // Typed over in the meantime: the changes are made in the newer text.
        if (text.value !== before) continue;
        history.value = record(history.value, answer.text, changes.map(({ path }) => path.join('.')).join(' '));
        checked.value = { text: answer.text, answer };
        error.value = undefined;
        // New ones were added while these were on their way.
        pending.value = pending.value.filter((change) => !changes.includes(change));
      } catch (reason) {
        if (mine !== generation) break;
        const failure = asApiError(reason);
        error.value = failure;
        // Editing changes nothing but the answer, so it can be asked for again when the core is back.
        if (failure.code === 'connection-lost') break;
        pending.value = [];
      }
    }
    isSending = false;
    if (mine !== generation && pending.value.length > 0) void send();
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  let checking: AbortController | undefined;
  async function check(): Promise<void> {
    checking?.abort();
    const mine = checking = new AbortController();
    const asked = text.value;
    isChecking.value = true;
    try {
      const answer = await api.call('draft.check', { text: asked, baseDir: baseDir.value, of }, { signal: mine.signal });
      if (mine !== checking) return;
      checked.value = { text: asked, answer };
      error.value = undefined;
    } catch (reason) {
      if (mine !== checking || isCancelled(reason)) return;
      error.value = asApiError(reason);
    }
    isChecking.value = false;
  }
  watch([text, baseDir], ([now]) => {
    clearTimeout(timer);
    if (checked.value?.text === now || now === '') {
      // What was to be checked is not the text any more.
      checking?.abort();
      checking = undefined;
      isChecking.value = false;
      return;
    }
    isChecking.value = true;
    timer = setTimeout(() => void check(), typingPauseMs);
  });
  const stopListening = api.onState((state) => {
    if (state !== 'open' || error.value?.code !== 'connection-lost') return;
    if (pending.value.length > 0) void send();
    else void check();
  });
  onScopeDispose(() => {
    clearTimeout(timer);
    checking?.abort();
    stopListening();
    generation += 1;
  });

  return {
    of, text, baseDir, isChecking, error,
    isWriting: computed(() => pending.value.length > 0),
    isReadable: computed(() => written.value !== undefined),
    problems: computed(() => checked.value?.answer.problems ?? []),
    hints: computed(() => checked.value?.answer.hints ?? []),
    accepted: computed(() => (checked.value?.text === text.value && checked.value.answer.problems.length === 0 ? text.value : null)),
    canUndo: computed(() => history.value.past.length > 0),
    canRedo: computed(() => history.value.future.length > 0),
    valueOf: (path) => valueWithChanges(written.value ?? lastReadable.value, pending.value, path),
    takenAt: (path) => valueAt(lastTaken.value, path),
    reset(next, folder) {
      generation += 1;
      pending.value = [];
      checked.value = undefined;
      error.value = undefined;
      baseDir.value = folder;
      history.value = newHistory(next);
    },
    type(next) { history.value = record(history.value, next, 'text'); },
    change(changes) {
      pending.value = mergeChanges(pending.value, changes);
      void send();
    },
    endStep() { history.value = endStep(history.value); },
    undo() { history.value = undo(history.value); },
    redo() { history.value = redo(history.value); },
  };
}
