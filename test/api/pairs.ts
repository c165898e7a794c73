import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MessageChannel } from 'node:worker_threads';
import { WebSocket, WebSocketServer } from 'ws';
import type { ApiServer } from '../../core/api/server.ts';
import type { Transport } from '../../core/api/protocol.ts';
import { messagePortTransport } from '../../core/api/transports/messagePort.ts';
import type { PortLike } from '../../core/api/transports/messagePort.ts';
import { webSocketTransport } from '../../core/api/transports/webSocket.ts';
import type { SocketLike } from '../../core/api/transports/webSocket.ts';

/** One way of reaching a server. */
export interface Line {
  readonly name: string;
  /** A new transport to the server. */
  connect(): Promise<Transport>;
  /** Cuts all transports, as a crash or a lost network would. */
  cut(): Promise<void>;
  close(): Promise<void>;
}

export function messagePortLine(server: ApiServer): Line {
  const open = new Set<{ close(): void }>();
  return {
    name: 'MessagePort',
    async connect() {
      const { port1, port2 } = new MessageChannel();
      open.add(port1);
      server.connect(messagePortTransport(port1 as unknown as PortLike));
      return messagePortTransport(port2 as unknown as PortLike);
    },
    async cut() {
      for (const port of open) port.close();
      open.clear();
    },
    async close() {
      for (const port of open) port.close();
    },
  };
}

export async function webSocketLine(server: ApiServer): Promise<Line> {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket) => server.connect(webSocketTransport(socket as unknown as SocketLike)));
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const cut = async () => {
    for (const socket of sockets.clients) socket.terminate();
  };
  return {
    name: 'WebSocket',
    async connect() {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`);
      const transport = webSocketTransport(socket as unknown as SocketLike);
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      return transport;
    },
    cut,
    async close() {
      await cut();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
