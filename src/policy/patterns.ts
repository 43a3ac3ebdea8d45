/**
 * Lists of `server.tool` patterns, as roles and rules have them.
 *
 * The server and the name are matched apart: a star in one never reaches over the dot into the other, so a server cannot
 * come under a pattern of somebody else's by what it calls its tools. Prompts are matched by their names, resources and
 * templates by their URIs, always as the server itself calls them.
 */

import { matches } from '../lib/glob.ts';

/** `*` alone, or server and name, with stars. */
export const PATTERN = /^(?:\*|[A-Za-z0-9_*-]{1,32}\..{1,512})$/;

interface Pattern {
  readonly server: string;
  readonly name: string;
}

export class Patterns {
  readonly #patterns: readonly Pattern[];

  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.map((text) => {
      const dot = text.indexOf('.');
      return dot < 0
        ? { server: '*', name: '*' }
        : { server: text.slice(0, dot), name: text.slice(dot + 1) };
    });
  }

  has(server: string, name: string): boolean {
    for (const pattern of this.#patterns) {
      if (matches(pattern.server, server) && matches(pattern.name, name)) return true;
    }
    return false;
  }

  /** Whether anything of this server could match. */
  touches(server: string): boolean {
    return this.#patterns.some((pattern) => matches(pattern.server, server));
  }

  /** Whether everything of this server matches, whatever it is called. */
  coversAll(server: string): boolean {
    return this.#patterns.some(
      (pattern) => /^\*+$/.test(pattern.name) && matches(pattern.server, server),
    );
  }
}

export const EVERYTHING = new Patterns(['*']);
