/**
 * The four reference servers behind one gateway, as most first configurations look.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temp.ts';
import { type Json, reference } from './running-gateway.ts';

export interface House {
  readonly servers: Json;
  /** What the filesystem server may see; holds `note.txt`. */
  readonly data: string;
}

export const NOTE = 'a note through the gateway';

export function referenceHouse(): House {
  const data = temporaryFolder('data');
  writeFileSync(join(data, 'note.txt'), NOTE);
  const memory = { env: { MEMORY_FILE_PATH: join(temporaryFolder('memory'), 'memory.jsonl') } };
  const servers = {
    everything: reference('everything'),
    files: reference('filesystem', data),
    memory: { ...reference('memory'), ...memory },
    thinking: reference('sequential-thinking'),
  };
  return { servers, data };
}
