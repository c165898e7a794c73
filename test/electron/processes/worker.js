// Stands for a process that computes: answers with the sum, then does as it is told.
process.on('message', ({ message }) => {
  if (message.numbers) {
    process.stdout.write('adding\n');
    process.send({ sum: message.numbers[0] + message.numbers[1], title: process.env.TITLE });
  }
  if (message === 'crash') process.kill(process.pid, 'SIGSEGV');
  if (message === 'end') process.disconnect();
});
