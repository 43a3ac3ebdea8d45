/**
 * Batches of JSON Lines by POST, signed, so that the receiver knows whose they are and when they were sent.
 *
 *   Sluice-Batch: 17-42                      sequences of the first and the last record: the same again is the same batch
 *   Sluice-Signature: t=1795876021,v1=…      HMAC-SHA256 over `t`, a dot and the body, hex; or
 *   Sluice-Signature: t=1795876021,ed25519=… by the key of the seals over the same, base64
 */

import { createHmac } from 'node:crypto';
import type { SinkConfig } from '../config.ts';
import type { Signer } from '../seal.ts';
import { type Carried, isRefused, joined, post, type Refused, type Sink } from './sink.ts';

type Config = Extract<SinkConfig, { kind: 'webhook' }>;

export class WebhookSink implements Sink {
  readonly #config: Config;
  readonly #signer: Signer | null;

  constructor(config: Config, signer: Signer | null) {
    this.#config = config;
    this.#signer = signer;
  }

  async take(batch: readonly Carried[]): Promise<undefined | Refused> {
    const { url, headers } = this.#config;
    const body = joined(batch);
    const signature = this.#signature(body);
    const own = {
      'content-type': 'application/x-ndjson',
      'sluice-batch': `${batch[0]?.record.seq}-${batch.at(-1)?.record.seq}`,
      ...(signature === undefined ? {} : { 'sluice-signature': signature }),
    };
    const response = await post(url, { ...headers, ...own }, body);
    if (isRefused(response)) return response;
    await response.body?.cancel();
    return undefined;
  }

  #signature(body: Buffer): string | undefined {
    const { secret } = this.#config;
    const time = Math.floor(Date.now() / 1000);
    if (secret !== undefined) {
      const mac = createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex');
      return `t=${time},v1=${mac}`;
    }
    if (this.#signer === null) return undefined;
    const signed = this.#signer.sign(Buffer.concat([Buffer.from(`${time}.`), body]));
    return `t=${time},ed25519=${signed.toString('base64')}`;
  }

  close(): void {}
}
