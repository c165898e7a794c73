import { MessageChannel } from 'node:worker_threads';
import { messageOf } from '../core/base/errors.ts';
import { ApiClient } from '../core/api/client.ts';
import type { Transport } from '../core/api/protocol.ts';
import { messagePortTransport } from '../core/api/transports/messagePort.ts';
import type { PortLike } from '../core/api/transports/messagePort.ts';
import type { WorkerHost } from '../core/study/jobs/workerHost.ts';
import { ElectronWorkerHost } from './electronWorkerHost.ts';
import { summaryOf } from './jobsSummary.ts';
import type { FromEngine, ToEngine } from './messages.ts';

/** The line to the main process, as utility processes have it. */
export interface MainLine {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown; readonly ports: readonly unknown[] }) => void): void;
}

/** The core, as far as the engine's process handles it. */
export interface Workbench {
  readonly api: { connect(transport: Transport): void };
  /** Brings jobs to a safe point and lets go of everything. */
  close(): Promise<void>;
}

export type OpenWorkbench = (options: { workerHost: WorkerHost; onDefect: (error: unknown) => void }) => Promise<Workbench>;

/** Serves the contract to the windows whose ports the main process sends, until it says stop. */
export async function runEngine(main: MainLine, open: OpenWorkbench): Promise<void> {
  const tell = (message: FromEngine) => main.postMessage(message);
  const workerHost = new ElectronWorkerHost(tell);
  let workbench: Workbench | undefined;
  let stopAsked = false;
  const stop = async () => {
    stopAsked = true;
    try {
      await workbench?.close();
    } catch (error) {
      tell({ kind: 'defect', text: defectText(error) });
    }
    tell({ kind: 'stopped' });
  };
  main.on('message', ({ data, ports }) => {
    const message = data as ToEngine;
    switch (message.kind) {
      // Ports are sent only after `ready`.
      case 'connect': return workbench?.api.connect(messagePortTransport(ports[0] as PortLike));
      case 'stop': return void stop();
      default: return workerHost.hear(message);
    }
  });
  try {
    workbench = await open({ workerHost, onDefect: (error) => tell({ kind: 'defect', text: defectText(error) }) });
  } catch (error) {
    tell({ kind: 'failed', message: messageOf(error) });
    return;
  }
  if (stopAsked) return void await workbench.close();
  watchJobs(workbench, tell);
  tell({ kind: 'ready' });
}

/** Follows the jobs as any client does. */
function watchJobs(workbench: Workbench, tell: (message: FromEngine) => void): void {
  const { port1, port2 } = new MessageChannel();
  workbench.api.connect(messagePortTransport(port1 as unknown as PortLike));
  const client = new ApiClient(() => Promise.resolve(messagePortTransport(port2 as unknown as PortLike)));
  client.subscribe('jobs', {}, ({ jobs }) => tell({ kind: 'jobs', jobs: summaryOf(jobs) }), (error) => tell({ kind: 'defect', text: error.message }));
}

const defectText = (error: unknown) => (error instanceof Error ? error.stack ?? error.message : String(error));
