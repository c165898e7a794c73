import type { Component } from 'vue';
import type { ApiClient } from '../../../core/api/client.ts';
import type { InputOf } from '../../../core/api/contract/contract.ts';
import type { Route } from '../../router/route.ts';
import type { SettingChange } from './formFields.ts';

export type DraftOf = NonNullable<InputOf<'draft.check'>['of']>;

/** What the editor knows of the sort of file that it writes. */
export interface DraftKind {
  readonly of: DraftOf;
  /** "study", as sentences name it. */
  readonly noun: string;
  readonly fileName: string;
  /** Shows all of the file's fields; exposes `focus(path)`. */
  readonly form: Component;
  /** What it would cost. */
  readonly estimate: Component;
  /** Makes it, and begins it if asked to. @returns what it is called from then on */
  create(api: ApiClient, draft: { readonly text: string; readonly baseDir: string; readonly start: boolean }): Promise<string>;
  start(api: ApiClient, id: string): Promise<unknown>;
  /** Where it is followed. */
  followed(id: string): Route;
  /** Where all of its sort are. */
  readonly all: Route;
}

/** What a file being written begins with. */
export interface Begun {
  readonly text: string;
  /** Relative paths start there. */
  readonly baseDir: string;
  /** To be made in the text first. */
  readonly changes: readonly SettingChange[];
}
