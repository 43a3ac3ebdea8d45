/** Which member was read, and where: the one place that knows into which field its span goes. */

import { FOLDED, Level, Slot, UNKNOWN } from './names.ts';
import type { Scanner } from './scan.ts';

export function note(
  scanner: Scanner,
  level: Level,
  slot: number,
  start: number,
  end: number,
): void {
  const { message } = scanner;
  switch (slot) {
    case UNKNOWN:
      if (level === Level.top) scanner.unknownTop = true;
      break;
    case FOLDED:
      scanner.folded = true;
      break;
    case Slot.jsonrpc:
      scanner.jsonrpcStart = start;
      scanner.jsonrpcEnd = end;
      break;
    case Slot.id:
      message.idStart = start;
      message.idEnd = end;
      break;
    case Slot.method:
      scanner.methodStart = start;
      scanner.methodEnd = end;
      break;
    case Slot.params:
      message.paramsStart = start;
      message.paramsEnd = end;
      break;
    case Slot.result:
      message.bodyStart = start;
      message.bodyEnd = end;
      break;
    case Slot.error:
      scanner.errorStart = start;
      scanner.errorEnd = end;
      break;
    case Slot.meta:
      message.metaStart = start;
      message.metaEnd = end;
      break;
    case Slot.name:
      message.nameStart = start;
      message.nameEnd = end;
      break;
    case Slot.uri:
      message.uriStart = start;
      message.uriEnd = end;
      break;
    case Slot.arguments:
      message.argumentsStart = start;
      message.argumentsEnd = end;
      break;
    case Slot.ownToken:
      scanner.ownTokenStart = start;
      scanner.ownTokenEnd = end;
      break;
    case Slot.requestState:
      message.requestStateStart = start;
      message.requestStateEnd = end;
      break;
    case Slot.inputResponses:
      message.inputResponsesStart = start;
      message.inputResponsesEnd = end;
      break;
    case Slot.requestId:
      message.requestIdStart = start;
      message.requestIdEnd = end;
      break;
    case Slot.metaToken:
      scanner.metaTokenStart = start;
      scanner.metaTokenEnd = end;
      break;
    case Slot.version:
      message.versionStart = start;
      message.versionEnd = end;
      break;
    case Slot.capabilities:
      message.capabilitiesStart = start;
      message.capabilitiesEnd = end;
      break;
    case Slot.logLevel:
      message.logLevelStart = start;
      message.logLevelEnd = end;
      break;
    case Slot.traceparent:
      message.traceparentStart = start;
      message.traceparentEnd = end;
      break;
    case Slot.tracestate:
      message.tracestateStart = start;
      message.tracestateEnd = end;
      break;
    case Slot.baggage:
      message.baggageStart = start;
      message.baggageEnd = end;
      break;
    case Slot.subscription:
      message.subscriptionStart = start;
      message.subscriptionEnd = end;
      break;
    case Slot.resultType:
      message.resultTypeStart = start;
      message.resultTypeEnd = end;
      break;
    case Slot.isError:
      message.isErrorStart = start;
      break;
  }
}
