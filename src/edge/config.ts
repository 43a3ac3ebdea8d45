/**
 * The `listen` part of the file: where clients arrive and what one of them may cost.
 *
 * The schema is the manual: each `describe` below is printed in docs/configuration.md. Every number here bounds memory
 * or time that a client can take before anybody knows who it is.
 */

import { z } from 'zod';

const KIB = 1024;
const MIB = 1024 * KIB;

/** setTimeout fires at once above 2^31-1; an hour is more than anything here can mean. */
const HOUR_MS = 3_600_000;

function ms(fallback: number, words: string) {
  return z.int().min(1).max(HOUR_MS).default(fallback).describe(words);
}

const HEADER_NAME = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

export const listenSchema = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .max(253)
      .default('127.0.0.1')
      .describe('Address to listen on. Beyond loopback, auth must say who may call.'),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .default(7332)
      .describe('TCP port; 0 takes a free one and prints it.'),
    tls: z
      .strictObject({
        cert: z
          .string()
          .min(1)
          .max(4096)
          .describe('File with the certificate and its chain (PEM).'),
        key: z.string().min(1).max(4096).describe('File with its key (PEM).'),
        clientCa: z
          .string()
          .min(1)
          .max(4096)
          .optional()
          .describe(
            'File with the authorities of client certificates (PEM). With it every client must show a certificate of ' +
              'theirs, and `auth.mtls` says who it is.',
          ),
      })
      .optional()
      .describe('HTTPS. Served by node:http; its files are read again when they change.'),
    proxy: z
      .strictObject({
        socket: z
          .string()
          .min(1)
          .max(4096)
          .describe('Path of the unix socket. It must not be where others could put another.'),
        mode: z
          .string()
          .regex(
            /^0?[0-7][0-7]0$/,
            'a mode in octal digits that leaves nothing to others, such as "0660"',
          )
          .default('0600')
          .describe(
            'Who may connect, and by that be whoever the proxy may say: the mode of the socket.',
          ),
        certificateHeader: z
          .string()
          .regex(HEADER_NAME, 'the name of a header')
          .transform((name) => name.toLowerCase())
          .default('client-cert')
          .describe(
            'Header in which the proxy puts the certificate of its client, and which it takes from nobody: DER in ' +
              'base64 (RFC 9440 or bare), or PEM with percent escapes. `auth.mtls` says who it is.',
          ),
        addressHeader: z
          .string()
          .regex(HEADER_NAME, 'the name of a header')
          .transform((name) => name.toLowerCase())
          .optional()
          .describe(
            'Header in which it puts the address of its client, one and nothing else. Default: calls through it have none.',
          ),
      })
      .optional()
      .describe('A unix socket besides the port, for a proxy in front that verifies certificates.'),
    front: z
      .enum(['auto', 'uws', 'node'])
      .default('auto')
      .describe(
        'Web server: uWebSockets.js (uws), node:http (node), or the first that loads (auto).',
      ),
    allowedHosts: z
      .array(z.string().min(1).max(253))
      .max(256)
      .default([])
      .describe(
        'Names besides loopback ones and `host` that the Host header may carry. Anything else is refused: ' +
          'DNS rebinding lets a web page reach a local port under its own name.',
      ),
    allowedOrigins: z
      .array(z.string().max(512).refine(isOrigin, 'an origin: scheme, host and port, no path'))
      .max(256)
      .default([])
      .describe(
        'Web origins besides loopback ones that may call from a browser (https://app.example).',
      ),
    bodyBytesMax: z
      .int()
      .min(KIB)
      .max(256 * MIB)
      .default(4 * MIB)
      .describe('Largest request body in bytes.'),
    depthMax: z
      .int()
      .min(8)
      .max(512)
      .default(64)
      .describe('Deepest nesting of arrays and objects in a message.'),
    bodyMs: ms(15_000, 'Time in which a request body must have arrived.'),
    headersMs: ms(10_000, 'Time in which the request headers must have arrived.'),
    keepAliveMs: ms(
      15_000,
      'Silence on an open call or stream after which a comment is sent, so that proxies do not cut it.',
    ),
    streamBufferBytesMax: z
      .int()
      .min(KIB)
      .max(256 * MIB)
      .default(MIB)
      .describe('Bytes held for a client that reads its stream too slowly, before it is cut.'),
    replayEventsMax: z
      .int()
      .min(0)
      .max(65_536)
      .default(256)
      .describe('Events kept per session for resumption with Last-Event-ID.'),
    replayBytesMax: z
      .int()
      .min(0)
      .max(256 * MIB)
      .default(MIB)
      .describe('Bytes kept per session for resumption with Last-Event-ID.'),
    connectionsMax: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(10_000)
      .describe(
        'Open connections; more are refused. A caller with a name has no more of them than are left free.',
      ),
    drainMs: z
      .int()
      .min(0)
      .max(HOUR_MS)
      .default(10_000)
      .describe('How long calls in flight may finish after SIGTERM.'),
  })
  .prefault({})
  .describe('Where clients arrive.');

export type ListenConfig = Readonly<z.output<typeof listenSchema>>;
