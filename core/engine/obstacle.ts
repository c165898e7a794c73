/** What keeps an engine from running, and what a person can do about it; both whole sentences. */
export interface Obstacle {
  readonly reason: string;
  readonly remedy: string;
}

export const textOf = ({ reason, remedy }: Obstacle): string => `${reason} ${remedy}`;
