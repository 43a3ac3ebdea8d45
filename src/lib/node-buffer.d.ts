/** Buffer's native slice methods: undocumented in @types/node, public in Node, and a branch cheaper than toString. */
interface Buffer {
  utf8Slice(start?: number, end?: number): string;
  hexSlice(start?: number, end?: number): string;
  latin1Slice(start?: number, end?: number): string;
  utf8Write(string: string, offset?: number, length?: number): number;
  hexWrite(string: string, offset?: number, length?: number): number;
  latin1Write(string: string, offset?: number, length?: number): number;
}
