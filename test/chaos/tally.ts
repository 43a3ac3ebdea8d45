/**
 * What happened: how every call ended, and each thing that must never happen, with what is needed to see it again.
 */

const WRONGS_MAX = 20;

export class Tally {
  /** By server and fault, then by how it ended. */
  readonly ends = new Map<string, Map<string, number>>();
  readonly counts = new Map<string, number>();
  readonly #wrongs: string[] = [];
  #wrongCount = 0;

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  ended(server: string, fault: string, how: string): void {
    const kind = `${server} ${fault === '' ? '-' : fault}`;
    const row = this.ends.get(kind) ?? new Map<string, number>();
    this.ends.set(kind, row);
    row.set(how, (row.get(how) ?? 0) + 1);
  }

  wrong(words: string): void {
    this.#wrongCount++;
    if (this.#wrongs.length < WRONGS_MAX) this.#wrongs.push(words);
  }

  /** Empty, or what went wrong, cut to the first few. */
  get wrongs(): string[] {
    const more = this.#wrongCount - this.#wrongs.length;
    return more === 0 ? this.#wrongs : [...this.#wrongs, `and ${more} more`];
  }

  /** How many calls ended so: `how` alone, or of one kind. */
  total(how: (how: string) => boolean, kind: (kind: string) => boolean = () => true): number {
    let sum = 0;
    for (const [name, row] of this.ends) {
      if (!kind(name)) continue;
      for (const [end, count] of row) if (how(end)) sum += count;
    }
    return sum;
  }

  table(): string {
    const hows = [...new Set([...this.ends.values()].flatMap((row) => [...row.keys()]))].sort();
    const rows = [...this.ends].sort(([a], [b]) => (a < b ? -1 : 1));
    const line = (name: string, cells: readonly (string | number)[]) =>
      name.padEnd(24) +
      cells.map((cell, at) => String(cell).padStart(hows[at]!.length + 2)).join('');
    const body = rows.map(([kind, row]) =>
      line(
        kind,
        hows.map((how) => row.get(how) ?? ''),
      ),
    );
    return [line('server, fault', hows), ...body].join('\n');
  }
}
