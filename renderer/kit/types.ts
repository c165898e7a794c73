import type { Component } from 'vue';

/** What a piece of text means; drawn with a colour and, wherever it stands alone, an icon. */
export type Tone = 'neutral' | 'info' | 'success' | 'warning' | 'danger';

export interface SelectOption<T extends string = string> {
  value: T;
  label: string;
  /** Shown small at the right of the list. */
  hint?: string;
  disabled?: boolean;
}

export interface TabItem {
  value: string;
  label: string;
  icon?: Component;
  /** A count or short word after the label. */
  badge?: string | number;
  disabled?: boolean;
}

/** One line of a dropdown or context menu; 'separator' draws a line. */
export type MenuEntry = MenuItem | 'separator';

export interface MenuItem {
  id: string;
  label: string;
  icon?: Component;
  /** As the action registry writes it: "Mod+K". */
  shortcut?: string;
  danger?: boolean;
  disabled?: boolean;
  /** For entries that are on or off. */
  checked?: boolean;
  run: () => void;
}

/** An error as it crosses the API. */
export interface ErrorInfo {
  code: string;
  message: string;
  details?: unknown;
}

/** A problem in a text, at a line counted from 1. */
export interface TextProblem {
  line: number;
  message: string;
  severity?: 'error' | 'warning';
}

export interface KeyValueItem {
  key: string;
  value: string | number | null | undefined;
  /** For hashes, paths and code. */
  mono?: boolean;
  title?: string;
}

export interface TableColumn<Row> {
  id: string;
  label: string;
  /** What is sorted by, and shown unless `text` or a slot named `cell-<id>` says otherwise. null sorts last. */
  value: (row: Row) => string | number | null | undefined;
  text?: (row: Row) => string;
  align?: 'start' | 'end';
  /** A grid track: "2fr", "minmax(12rem, 1fr)", "6rem". Default "1fr". */
  width?: string;
  sortable?: boolean;
  /** What the column means, as the header's tooltip. */
  help?: string;
}

export interface TableSort {
  column: string;
  descending: boolean;
}
