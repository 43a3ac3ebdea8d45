import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Place, Program, placeOf, run, tiny, write } from './sluice.ts';

/** Says each message in turn, and waits for each answer. */
async function talk(
  place: Place,
  args: string[],
  messages: { method: string; id?: number }[],
): Promise<object[]> {
  const program = new Program(place, ['stdio', ...args]);
  for (const message of messages) {
    program.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    if (message.id !== undefined)
      await program.shows('stdout', new RegExp(`"id":${message.id}\\b`));
  }
  program.child.stdin.end();
  const { code, stdout, stderr } = await program.ended;
  assert.equal(code, 0, stderr);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as object);
}

const initialize = {
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  },
};
const initialized = { method: 'notifications/initialized' };
const call = (name: string) => ({
  id: 2,
  method: 'tools/call',
  params: { name, arguments: { text: 'over pipes' } },
});

/** A conversation in which `echo` has answered, and which goes on. */
async function talking(place: Place) {
  const program = new Program(place, ['stdio']);
  const say = (message: object) =>
    program.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  say(initialize);
  await program.shows('stdout', /"id":1\b/);
  say(initialized);
  say(call('echo'));
  await program.shows('stdout', /over pipes/);
  return { program, say };
}

describe('sluice stdio', { timeout: 180_000 }, () => {
  it('is the gateway on stdin and stdout, and ends with its input', async (t) => {
    const place = placeOf(t);
    write(place, `servers: { a: ${tiny()}, b: ${tiny()} }`);
    const answers = await talk(place, [], [initialize, initialized, call('b__echo')]);
    const answer = answers.find((one) => 'id' in one && one.id === 2);
    assert.match(JSON.stringify(answer), /over pipes/);
  });

  it('can be one server alone, under its own names', async (t) => {
    const place = placeOf(t);
    write(place, `servers: { a: ${tiny()}, b: ${tiny('b-')} }`);
    const answers = await talk(place, ['--route', 'b'], [initialize, initialized, call('echo')]);
    assert.match(JSON.stringify(answers), /b-over pipes/);
    assert.equal((await run(place, 'stdio', '--route', 'none')).code, 64);
  });

  it('answers SIGUSR2 with a report that has its metrics, and goes on', async (t) => {
    const place = placeOf(t);
    write(place, `servers: { a: ${tiny()} }\naudit: {}\n`);
    const { program, say } = await talking(place);
    program.child.kill('SIGUSR2');
    const [, line] = await program.shows('stderr', /^(\{"report":.*\})$/m);
    const { report } = JSON.parse(line!) as { report: Record<string, Record<string, number>> };
    assert.equal(report.front, 'stdio');
    assert.equal(report.metrics?.['sluice_calls{server="a",tool="echo",outcome="ok"}'], 1);
    assert.ok(Number(report.metrics?.['sluice_audit_records{result="taken"}']) > 0);
    say({ ...call('echo'), id: 3 });
    await program.shows('stdout', /"id":3\b/);
    program.child.stdin.end();
    assert.equal((await program.ended).code, 0);
  });

  it('takes a changed file while a conversation goes on', async (t) => {
    const place = placeOf(t);
    write(place, `servers: { a: ${tiny('old-')} }`);
    const { program, say } = await talking(place);
    assert.match(program.stdout, /old-over pipes/);
    write(place, `servers: { a: ${tiny('new-')} }`);
    await program.shows('stderr', /configuration loaded/);
    say({ ...call('echo'), id: 3 });
    await program.shows('stdout', /"id":3\b/);
    assert.match(program.stdout, /new-over pipes/);
    say({
      id: 4,
      method: 'tools/call',
      params: {
        name: 'echo',
        arguments: { text: 'modern' },
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    });
    await program.shows('stdout', /"id":4\b/);
    assert.match(program.stdout, /new-modern/);
    program.child.stdin.end();
    assert.equal((await program.ended).code, 0);
  });
});
