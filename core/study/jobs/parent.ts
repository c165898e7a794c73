/** The other end of a compute process: whoever started it. */
export interface Parent {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called when the parent is gone. */
  onGone(listener: () => void): void;
}

/** What Electron gives to the programs that its utility processes run. */
interface ElectronPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

/** @throws Error when nothing started this process as a worker */
export function findParent(): Parent {
  const { parentPort } = process as { parentPort?: ElectronPort };
  if (parentPort) {
    return {
      send: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', ({ data }) => listener(data)),
      // The system ends utility processes with the app.
      onGone: () => undefined,
    };
  }
  if (!process.send) throw new Error('This program is started by Pocketformer itself; to run a study, use "pocketformer run".');
  return {
    // A message to a parent that went away meanwhile fails; onGone tells of it.
    send: (message) => { if (process.connected) process.send!(message, undefined, undefined, () => undefined); },
    onMessage: (listener) => process.on('message', listener),
    onGone: (listener) => process.on('disconnect', listener),
  };
}
