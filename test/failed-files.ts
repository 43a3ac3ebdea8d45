/** A reporter for run.ts: the files in which something failed, one a line, and the counts of all tests as `# pass 12`. */

interface Event {
  readonly type: string;
  readonly data: {
    readonly file?: string;
    readonly name?: string;
    readonly nesting?: number;
    readonly message?: string;
  };
}

export default async function* failedFiles(events: AsyncIterable<Event>): AsyncGenerator<string> {
  const told = new Set<string>();
  for await (const { type, data } of events) {
    if (type === 'test:diagnostic' && data.nesting === 0 && /^[a-z]+ \d+$/.test(data.message ?? ''))
      yield `# ${data.message}\n`;
    // A file that ended by itself is told by its name.
    const file = data.file ?? data.name;
    if (type !== 'test:fail' || file === undefined || told.has(file)) continue;
    told.add(file);
    yield `${file}\n`;
  }
}
