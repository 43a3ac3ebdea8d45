/**
 * Ends the children of a gateway that was killed (SIGKILL, out of memory) and could not do it itself.
 *
 *   gateway ──pipe──> sh        "+ PID" for each group that starts, "- PID" for each that has ended
 *
 * When the gateway is gone, however it went, the pipe ends. Servers see the end of their input at the same moment and
 * get a second to leave; then the shell sends SIGTERM to the groups on its list, and a second later SIGKILL. It is started
 * with the first child, in a session of its own, ignores the signals of a terminal, and takes 1 MB. Where there is no
 * /bin/sh (Windows, an image without a shell) there is none.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * Only builtins but for `sleep`. A list without its member is what stands before it and behind it, joined: one space on
 * either side of each number keeps 12 from being found in 123.
 */
const SCRIPT = `
trap '' INT TERM HUP QUIT
list=' '
while read -r op pid; do
  case $op in
    +) list="$list$pid " ;;
    -) case $list in *" $pid "*) list="\${list%%" $pid "*} \${list#*" $pid "}" ;; esac ;;
  esac
done
[ "$list" = ' ' ] && exit
sleep 1
for pid in $list; do kill -TERM "-$pid"; done 2>/dev/null
sleep 1
for pid in $list; do kill -KILL "-$pid"; done 2>/dev/null
`;

let child: ChildProcess | null = null;
let isMissing = process.platform === 'win32';

/** `groups`: what a new watchdog has to be told, if it has to be started. */
export function tellStarted(pid: number, groups: Iterable<number>): void {
  if (isMissing) return;
  if (child === null) child = start(groups);
  else write(`+ ${pid}\n`);
}

export function tellEnded(pid: number): void {
  write(`- ${pid}\n`);
}

/** The gateway ends in order and has ended its children itself. */
export function dismiss(): void {
  child?.kill('SIGKILL');
  child = null;
}

function write(line: string): void {
  const stdin = child?.stdin;
  if (stdin?.writable === true) stdin.write(line);
}

function start(groups: Iterable<number>): ChildProcess {
  const started = spawn('/bin/sh', ['-c', SCRIPT], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: '/usr/bin:/bin' },
    detached: true,
    cwd: '/',
  });
  started.on('error', () => {
    isMissing = true;
  });
  // Somebody ended it: the next child that starts brings another, which is told about all.
  started.on('exit', () => {
    if (child === started) child = null;
  });
  started.stdin?.on('error', () => {});
  // It must not keep the gateway from ending.
  started.unref();
  (started.stdin as Socket | null)?.unref();
  started.stdin?.write([...groups].map((pid) => `+ ${pid}\n`).join(''));
  return started;
}
