import type { PortSource } from '../api/connect.ts';

interface PortShell {
  ready(): Promise<void>;
}

/** Ports to the core in the desktop app: they come as messages of this window to itself; undefined in a browser. */
export function shellPorts(): PortSource | undefined {
  const { pocketformerShell: shell } = window as unknown as { pocketformerShell?: PortShell };
  return shell && {
    onPort(listener) {
      window.addEventListener('message', ({ source, data, ports }) => {
        if (source === window && data === 'pocketformer:port' && ports[0]) listener(ports[0]);
      });
      void shell.ready();
    },
  };
}
