import { describe, expect, it } from 'vitest';
import { engineNames } from '../../core/cli/commandOptions.ts';
import { commandNames } from '../../core/cli/commands/index.ts';
import { describeFailure } from '../../core/cli/failure.ts';
import { engineChoices } from '../../core/engine/engines.ts';
import { pocketformerVersion } from '../../core/study/studyInfo.ts';
import { cli, complaint } from './harness.ts';

describe('Help', () => {
  it('lists the commands, also where none was given, but then as wrong usage', async () => {
    const help = await cli(['--help']);
    expect(help.code).toBe(0);
    for (const name of commandNames) expect(help.stdout).toContain(`  ${name} `);
    expect(await cli([])).toEqual({ code: 2, stdout: '', stderr: help.stdout });
  });

  it.each(commandNames)('on %s shows usage, options and examples, whatever else was given', async (name) => {
    const { code, stdout, stderr } = await cli([name, 'unexpected', '--help']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toContain(`pocketformer ${name}`);
    for (const part of ['Usage:', 'Options:', '--json', '-h, --help', 'Examples:']) expect(stdout).toContain(part);
    expect(await cli(['help', name])).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('on a command within a command is found from both', async () => {
    expect((await cli(['engines', '--help'])).stdout).toMatch(/Further commands:\n {2}engines link-tensorflow {2}/);
    const help = await cli(['engines', 'link-tensorflow', '--help']);
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('  pocketformer engines link-tensorflow DIR [--json]') });
    expect(await cli(['help', 'engines', 'link-tensorflow'])).toEqual(help);
  });

  it('examples give options that exist', async () => {
    for (const name of commandNames) {
      const { stdout } = await cli([name, '--help']);
      const [before, examples] = stdout.split('Examples:');
      const own = examples.split('\n').flatMap((line) => line.split('|').filter((part) => part.includes(`pocketformer ${name} `)));
      for (const option of own.join(' ').match(/--[a-z-]+/g) ?? []) expect(before).toContain(option);
    }
  });

  it('shows the version', async () => {
    expect(await cli(['--version'])).toEqual({ code: 0, stdout: `${pocketformerVersion()}\n`, stderr: '' });
  });
});

describe('Wrong usage', () => {
  it.each([
    [['spaecs'], 'there is no command "spaecs"; did you mean "spaces"?'],
    [['quantise'], `there is no command "quantise"; the commands are ${commandNames.join(', ')}.`],
    [['--space', 'elasticvit'], 'expected a command first, got "--space"'],
    [['toString'], 'there is no command "toString"'],
    [['spaces', '--jsn'], 'spaces: unknown option --jsn; did you mean --json?'],
    [['spaces', '--xyz'], 'spaces: unknown option --xyz; accepted are --json, --quiet, --help.'],
    [['spaces', '-x'], 'spaces: unknown option -x'],
    [['spaces', 'elasticvit'], 'spaces: unexpected argument "elasticvit"'],
    [['spaces', '--json=yes'], 'spaces: --json takes no value, got "yes".'],
    [['spaces', '--json', '--json'], 'spaces: --json is given twice.'],
    [['describe', '--space', 'elasticvit'], 'describe: --arch is missing; expected the name of a network'],
    [['describe', '--space'], 'describe: --space lacks its value'],
    [['describe', '--space', '--json'], 'describe: --space lacks its value'],
    [['describe', '--space='], 'describe: --space: expected the name of a search space'],
    [['describe', '--sapce', 'elasticvit'], 'describe: unknown option --sapce; did you mean --space?'],
    [['engines', 'link-tensorfow', 'x'], 'engines: there is no "link-tensorfow"; did you mean "engines link-tensorflow"?'],
    [['engines', 'toString'], 'engines: unexpected argument "toString"; accepted are link-tensorflow, --engine'],
    [['engines', 'link-tensorflow'], 'engines link-tensorflow: DIR is missing; expected the path of a folder.'],
    [['engines', 'link-tensorflow', 'no-such-folder'], 'no-such-folder: there is no such folder; expected an unpacked libtensorflow'],
    [['engines', '--engine', 'gpu'], 'engines: --engine: expected auto, ort, tensorflow, webgpu or js, got "gpu".'],
  ])('%j is answered by one line', async (args, message) => {
    expect(await complaint(args)).toContain(message);
  });

  it('knows the engines that there are', () => {
    expect(engineNames).toEqual(engineChoices);
  });
});

describe('Failures', () => {
  it('of the system take one line', () => {
    const error = Object.assign(new Error("EACCES: permission denied, open 'x'"), { code: 'EACCES', syscall: 'open' });
    expect(describeFailure(error)).toEqual({ exitCode: 1, text: "EACCES: permission denied, open 'x'" });
  });

  it('over a path that was typed are wrong input', () => {
    const error = Object.assign(new Error(`ENAMETOOLONG: name too long, open '${'x'.repeat(5000)}'`), { code: 'ENAMETOOLONG', syscall: 'open' });
    const { exitCode, text } = describeFailure(error);
    expect(exitCode).toBe(2);
    expect(text).toMatch(/^ENAMETOOLONG: name too long, open 'x{1,200}\.\.\.$/);
  });

  it('that nobody foresaw show where they happened and ask for a report', () => {
    const { exitCode, text } = describeFailure(new TypeError('x is not a function'));
    expect(exitCode).toBe(1);
    expect(text).toMatch(/^unexpected error: x is not a function\n.*usage\.test\.ts.*report it/s);
  });
});
