/**
 * How many requests one link is given at a time: what its server can use, at most `pool.pending`.
 *
 * What a server holds, it serves in an order of its own, mostly as it came: there no turn of ours helps. So a server that
 * works on one call at a time is given few, and the rest waits in the fair queue. What a server can use is found out:
 *
 *   start      few, so that a flood at a server nobody knows costs the others little; twice as many with each answer that
 *              took no longer than without a crowd, while calls wait. Again few where a crowd is slow that only ever was fast
 *   crowded    answers take at least CROWDED_MS, and twice what they took when there was no crowd
 *   less       about twice what is used by Little's law (answers per ms, times ms without a crowd); kept if as many
 *              answers come as before, else taken back, and tried again more and more rarely
 *   more       twice as many, while calls wait for room; kept if clearly more answers come
 *   stalled    calls wait and nothing at all is answered: what is held is taken for long calls, and twice as many are given
 *
 * Long calls do not count against the limit, nor does a request that a later one overtook, as it shows that the server does
 * several things at once: a few calls of minutes do not take the room of many short ones.
 *
 * One request at a time is timed (the probe); the others cost a few additions. A server that is never crowded has
 * `pending` after a few answers. Milliseconds are precise enough, as nothing happens below CROWDED_MS.
 */

/** One that is served, one that is read next, and as many again: a serial server and its pipe are never idle. */
const LIMIT_MIN = 4;
/** The limit starts with this part of `pending`, which is larger for remote servers: those mostly do several things at once. */
const START_PART = 1 / 32;
/** While the limit starts, answers that take so many times as long as without a crowd show that more are of no use. */
const ROSE = 1.5;
/** Fast servers gain from batches, and nobody minds a wait this short. */
const CROWDED_MS = 5;
/** A crowd that was shown to be served fast, and now waits so long, has work of which nothing is known. */
const SLOW_MS = 20;
/** An epoch ends with a probe, after so long and so many answers (or much longer): fewer would be chance. */
const EPOCH_MS = 60;
const EPOCH_ANSWERS = 16;
const EPOCH_MS_MAX = 1000;
/** Less is kept where this part of the answers still comes; more where the answers grow by this. */
const KEEP_RATE = 0.9;
const GAIN_RATE = 1.2;
/** Less is not tried where it would be more than this part of what is held. */
const LESS_PART = 0.75;
/** A trial of less that goes this badly is over at once. */
const FAIL_RATE = 0.4;
/** Counts as so many failures. */
const CLEARLY = 3;
/** Epochs to the next trial after one that failed: the first time, and at most; doubled in between. */
const REST_MIN = 4;
const REST_LESS_MAX = 128;
const REST_MORE_MAX = 32;
/** Without an answer for longer than this, and than is usual here, a limit that calls wait for is taken for wrong. */
const STALL_MS = 50;
/** So often a limit hears that calls wait. */
export const PULSE_MS = 25;
/** What is left with each pulse of the longest time without an answer: half in 3 s. */
const LULL_KEPT = 0.995;
/** The shortest time known grows so much with each longer one, while `pending` alone is the limit. */
const AGEING = 1 + 1 / 256;

type Trial = 'none' | 'less' | 'more';

/** Answers in an epoch: a trial is judged on more than chance. */
const ANSWERS = { none: EPOCH_ANSWERS, more: EPOCH_ANSWERS * 2, less: EPOCH_ANSWERS * 4 } as const;

export class CrowdLimit {
  readonly #max: number;
  readonly #now: () => number;
  #limit: number;
  #lastId = 0;
  #inFlight = 0;
  /** Requests up to the mark were overtaken, or are long; so many of them are still in flight. */
  #mark = 0;
  #overtaken = 0;

  /** The request that is timed; 0 for none. */
  #probe = 0;
  #probeAt = 0;
  /** What counted when it was sent, itself included. */
  #held = 0;
  /** Sent after the probe: still in flight, and settled before it. */
  #younger = 0;
  #passed = 0;
  /** What an answer takes: lately, and without a crowd. */
  #tookMs = 0;
  #floorMs = Number.POSITIVE_INFINITY;

  #epochAt = 0;
  #answers = 0;
  /** The limit was reached in this epoch. */
  #isBound = false;
  #wasCrowded = false;
  /** What was in flight before the limit changed is not measured. */
  #isSettling = false;

  readonly #start: number;
  /** The limit grows with each probe that was not slow, until one is. */
  #isStarting = true;
  /** That so many are of use was shown by fast answers alone. */
  #isFast = true;
  /** The first request, when it was still in flight as the limit was raised for want of answers. */
  #lone = 0;
  #loneAt = 0;

  #trial: Trial = 'none';
  #limitBefore = 0;
  #rateBefore = 0;
  /** Answers per millisecond in the last epochs without a trial. */
  #rate = 0;
  #restLess = 0;
  #restMore = 0;
  #failedLess = 0;
  #failedMore = 0;

  #answered = 0;
  #answeredThen = 0;
  #pulseAt = 0;
  #quietAt = 0;
  #lullMs = 0;
  #stalls = 0;

  /** `now` in milliseconds. A link to the same server starts with what another one has learnt. */
  constructor(max: number, now: () => number, like?: CrowdLimit | null) {
    this.#max = max;
    this.#now = now;
    this.#start = Math.min(max, Math.max(LIMIT_MIN, Math.ceil(max * START_PART)));
    this.#limit = this.#start;
    if (!like) return;
    this.#limit = like.#limit;
    this.#floorMs = like.#floorMs;
    this.#isStarting = like.#isStarting;
    this.#isFast = like.#isFast;
  }

  get limit(): number {
    return this.#limit;
  }

  /** How many more requests the link takes now; 0 or less for none. */
  get room(): number {
    return Math.min(this.#limit - (this.#inFlight - this.#overtaken), this.#max - this.#inFlight);
  }

  /** A request was sent; ids count up. */
  sent(id: number, atMs: number): void {
    this.#lastId = id;
    this.#inFlight += 1;
    if (this.#inFlight - this.#overtaken >= this.#limit) this.#isBound = true;
    if (this.#probe !== 0) {
      this.#younger += 1;
      return;
    }
    this.#probe = id;
    this.#probeAt = atMs;
    this.#held = this.#inFlight - this.#overtaken;
    this.#younger = 0;
    this.#passed = 0;
    if (this.#epochAt === 0) this.#startEpoch(atMs);
  }

  /** A request was answered, or (`isAnswer` false) given up by us. */
  settled(id: number, isAnswer: boolean): void {
    this.#inFlight -= 1;
    if (isAnswer) {
      this.#answers += 1;
      this.#answered += 1;
    }
    if (id <= this.#mark) {
      this.#overtaken -= 1;
      if (id === this.#lone && isAnswer) this.#floorMs = Math.max(1, this.#now() - this.#loneAt);
    } else if (id === this.#probe) this.#probeOver(isAnswer);
    else if (this.#probe !== 0 && id > this.#probe) {
      this.#younger -= 1;
      this.#passed += 1;
      // A long call is no measure of the others.
      if (this.#passed > 2 * this.#held + EPOCH_ANSWERS) this.#probeOver(false);
    }
  }

  /** To be called every PULSE_MS while calls wait. */
  pulse(): void {
    const now = this.#now();
    // Nobody waited for a while, or the clock was set.
    const wasAway = Math.abs(now - this.#pulseAt) > PULSE_MS * 4;
    this.#pulseAt = now;
    if (wasAway || this.#answered !== this.#answeredThen || this.room > 0) {
      const lullMs = wasAway ? 0 : now - this.#quietAt;
      this.#lullMs = Math.max(lullMs, this.#lullMs * LULL_KEPT);
      this.#answeredThen = this.#answered;
      this.#quietAt = now;
      this.#stalls = 0;
      return;
    }
    if (this.#isFailing(now - this.#epochAt)) {
      this.#takeBackLess(CLEARLY);
      return;
    }
    if (this.#probe !== 0 && this.#isTooMany(now - this.#probeAt)) {
      this.#startAgain();
      return;
    }
    if (this.#limit >= this.#max) return;
    const usualMs = Math.max(STALL_MS, this.#tookMs * 4, this.#lullMs * 2);
    if (now - this.#quietAt < usualMs * 2 ** this.#stalls) return;
    this.#stalls += 1;
    this.#isFast = false;
    if (this.#floorMs === Number.POSITIVE_INFINITY && this.#probe !== 0 && this.#held === 1) {
      this.#lone = this.#probe;
      this.#loneAt = this.#probeAt;
    }
    this.#mark = this.#lastId;
    this.#overtaken = this.#inFlight;
    this.#probe = 0;
    this.#trial = 'none';
    this.#change(this.#limit * 2);
  }

  #startEpoch(atMs: number): void {
    this.#epochAt = atMs;
    this.#answers = 0;
    this.#isBound = false;
  }

  #probeOver(isAnswer: boolean): void {
    this.#mark = this.#probe;
    this.#probe = 0;
    this.#overtaken = this.#inFlight - this.#younger;
    if (!isAnswer) return;
    const now = this.#now();
    const tookMs = now - this.#probeAt;
    this.#tookMs += this.#tookMs === 0 ? tookMs : (tookMs - this.#tookMs) / 4;
    if (tookMs < this.#floorMs) this.#floorMs = Math.max(1, tookMs);
    else if (this.#limit === this.#max) this.#floorMs = Math.min(tookMs, this.#floorMs * AGEING);
    if (this.#isStarting) this.#grow(tookMs);
    if (this.#isTooMany(tookMs)) this.#startAgain();
    const elapsedMs = now - this.#epochAt;
    if (this.#isFailing(elapsedMs)) this.#takeBackLess(CLEARLY);
    else if (this.#isSettling) {
      this.#isSettling = false;
      this.#epochAt = 0;
    } else if (elapsedMs < 0) this.#epochAt = 0;
    else if (this.#isEpochOver(elapsedMs)) {
      this.#epochAt = 0;
      this.#judge(this.#answers / elapsedMs, tookMs);
    }
  }

  /** While the limit starts: twice as many where a crowd as large as the limit before was served as fast as one. */
  #grow(tookMs: number): void {
    if (!this.#isBearable(tookMs) && tookMs >= ROSE * this.#floorMs) this.#isStarting = false;
    else if (this.#isBound && this.#held * 2 >= this.#limit) {
      this.#isFast &&= this.#isBearable(tookMs);
      this.#change(this.#limit * 2);
      this.#isBound = false;
    }
  }

  /** Whether nobody minds how long this crowd waits: one answer alone may have been lucky. */
  #isBearable(tookMs: number): boolean {
    return tookMs < CROWDED_MS && this.#tookMs < CROWDED_MS;
  }

  /** Whether a crowd that is served as slowly was only ever seen to be served fast. */
  #isTooMany(tookMs: number): boolean {
    if (!this.#isFast || tookMs < SLOW_MS || tookMs < 2 * this.#floorMs) return false;
    return this.#limit > this.#start && this.#held * 2 >= this.#limit;
  }

  #startAgain(): void {
    this.#isFast = false;
    this.#isStarting = true;
    this.#trial = 'none';
    this.#restMore = 0;
    this.#change(this.#start);
  }

  #isEpochOver(elapsedMs: number): boolean {
    if (elapsedMs < EPOCH_MS) return false;
    return this.#answers >= ANSWERS[this.#trial] || elapsedMs >= EPOCH_MS_MAX;
  }

  #isFailing(elapsedMs: number): boolean {
    const expected = elapsedMs * this.#rateBefore;
    const isTelling = this.#trial === 'less' && this.#epochAt > 0 && expected >= EPOCH_ANSWERS;
    return isTelling && this.#answers < expected * FAIL_RATE;
  }

  /** The end of an epoch in which so many answers per millisecond came, the last after `tookMs`. */
  #judge(rate: number, tookMs: number): void {
    const trial = this.#trial;
    this.#trial = 'none';
    if (trial === 'none') {
      if (!this.#isStarting) this.#consider(rate, tookMs);
    } else if (trial === 'more') this.#judgeMore(rate);
    else if (rate < this.#rateBefore * KEEP_RATE) this.#takeBackLess(1);
    else this.#failedLess = 0;
  }

  #judgeMore(rate: number): void {
    if (rate >= this.#rateBefore * GAIN_RATE) {
      this.#failedMore = 0;
      this.#isFast = false;
      if (this.#isBound && this.#limit < this.#max) this.#try('more', this.#limit * 2, rate);
      return;
    }
    this.#restMore = Math.min(REST_MORE_MAX, REST_MIN * 2 ** this.#failedMore);
    this.#failedMore += 1;
    this.#change(this.#limitBefore);
  }

  #consider(rate: number, tookMs: number): void {
    if (this.#restLess > 0) this.#restLess -= 1;
    if (this.#restMore > 0) this.#restMore -= 1;
    // Other work than before: what was found out about that says nothing.
    const isOther = rate < this.#rate / 4 || rate > this.#rate * 4;
    if (isOther) this.#restMore = this.#restLess = 0;
    if (isOther && tookMs < CROWDED_MS) this.#isFast = true;
    this.#rate = isOther ? rate : (this.#rate + rate) / 2;
    const isCrowded = tookMs >= CROWDED_MS && tookMs >= 2 * this.#floorMs;
    // Twice in a row: the first may have begun in a calm, and its rate would be no measure.
    const isSure = isCrowded && this.#wasCrowded;
    this.#wasCrowded = isCrowded;
    const target = isSure && this.#restLess === 0 ? this.#less() : this.#limit;
    if (target < this.#limit) this.#try('less', target, this.#rate);
    else if (this.#isBound && this.#isBearable(tookMs)) this.#change(this.#limit * 2);
    else if (this.#isBound && this.#restMore === 0 && this.#limit < this.#max) {
      this.#try('more', this.#limit * 2, this.#rate);
    }
  }

  /** What Little's law says, or half of what is held where that was too little; no small steps. */
  #less(): number {
    const used = Math.round(2 * this.#rate * this.#floorMs) + 2;
    const wanted = this.#failedLess === 0 ? used : Math.ceil(this.#held / 2);
    const target = Math.max(LIMIT_MIN, wanted);
    return target <= this.#held * LESS_PART ? target : this.#limit;
  }

  #try(trial: Trial, limit: number, rate: number): void {
    this.#trial = trial;
    this.#limitBefore = this.#limit;
    this.#rateBefore = rate;
    this.#change(limit);
  }

  #takeBackLess(failures: number): void {
    this.#trial = 'none';
    // Where the limit was not even reached, it is not what made the answers fewer.
    if (this.#isBound) {
      this.#failedLess += failures;
      this.#restLess = Math.min(REST_LESS_MAX, REST_MIN * 2 ** this.#failedLess);
    }
    this.#change(this.#limitBefore);
  }

  #change(limit: number): void {
    this.#limit = Math.min(this.#max, limit);
    this.#isSettling = true;
    this.#wasCrowded = false;
    this.#epochAt = 0;
  }
}
