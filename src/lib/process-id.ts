/** Whether a process of this id exists: the one that was meant, or somebody who has its id now. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process exists as well.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
