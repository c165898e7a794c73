// Stands for the engine: says ready, echoes ports, asks for a worker, and goes when told to.
const tell = (message) => process.send(message);
process.on('message', ({ message, ports }) => {
  if (message.kind === 'connect') tell({ kind: 'defect', text: `ports: ${ports}` });
  else if (message.kind === 'stop') {
    if (process.env.STUBBORN) return;
    tell({ kind: 'stopped' });
  } else tell({ kind: 'defect', text: JSON.stringify(message) });
});
if (process.env.FAILS) tell({ kind: 'failed', message: 'The settings cannot be read.' });
else if (process.env.CRASHES) {
  process.stderr.write('something broke\n');
  process.exitCode = 3;
  process.disconnect();
} else {
  tell({ kind: 'ready' });
  tell({ kind: 'jobs', jobs: { titles: ['a'], fraction: 0.5 } });
  if (process.env.WORKS) {
    tell({ kind: 'start-worker', worker: 1, title: 'Study a' });
    tell({ kind: 'worker-message', worker: 1, message: { numbers: Float32Array.of(1, 2) } });
  }
}
