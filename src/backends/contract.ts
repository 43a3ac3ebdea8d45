/** What a backend is given by the gateway, and what it tells of itself. */

import type { Logger } from 'pino';
import type { Message } from '../protocol/message.ts';
import type { Backend } from './backend.ts';
import type { Inventory } from './inventory.ts';

/** What a backend tells the gateway of its own accord. */
export interface BackendListener {
  /** `method` is notifications/{tools,prompts,resources}/list_changed. */
  onListChanged(backend: Backend, method: string): void;
  onUpdated(backend: Backend, message: Message): void;
  /** An inventory was taken anew, or its server came or went: catalogues built before are out of date. */
  onInventory(backend: Backend): void;
}

/** What every backend of a gateway is given. */
export interface BackendHost {
  readonly listener: BackendListener;
  readonly log: Logger;
  /** What of an inventory is shown; all of it where this is left out. Never rejects. */
  readonly review?: (server: string, inventory: Inventory) => Promise<Inventory>;
  /** What children inherit from, as far as it is safe. */
  readonly environment: NodeJS.ProcessEnv;
}

/** One server at this moment. */
export interface BackendStats {
  /** Links: processes, or connections to a remote server. */
  readonly processes: number;
  /** Of these, links of one session, call or caller. */
  readonly personal: number;
  readonly spares: number;
  readonly inFlight: number;
  /** Calls that wait for a link. */
  readonly queued: number;
  /** Links opened in place of others that had ended by themselves. */
  readonly restarts: number;
  readonly crashLoop: boolean;
  readonly hung: number;
  /** Answers that came too late, */
  readonly late: number;
  /** to questions never asked, */
  readonly unknown: number;
  /** that were no messages, */
  readonly invalid: number;
  /** or not allowed at that moment. */
  readonly unexpected: number;
}

export type Status = 'starting' | 'ready' | 'down' | 'disabled';
