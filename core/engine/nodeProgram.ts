import type { Obstacle } from './obstacle.ts';

/**
 * The program that runs a script as plain Node in a child process. The desktop app's own program does not (it would start
 * the app again), so that there it takes a Node that the app was started from, if any.
 */
export function nodeProgram(): string | undefined {
  return process.versions.electron === undefined ? process.execPath : process.env.POCKETFORMER_NODE;
}

export const noNodeProgram: Obstacle = {
  reason: 'The desktop app cannot try it in a process that may crash.',
  remedy: 'Use "pocketformer serve" with Node.js installed, or the ort engine.',
};
