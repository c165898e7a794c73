import { windowFolder } from '../../../../core/cli/windowFiles.ts';
import { chromiumPath } from './chromiumPath.ts';

/** Builds the window once, before several test files would build it at the same time. */
export default async function buildWindow(): Promise<void> {
  if (chromiumPath !== undefined) await windowFolder(() => undefined);
}
