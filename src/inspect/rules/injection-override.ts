/** Pretexts for leaving what was said: regardless of it, instead of it, before anything else (dismissal itself is injection-steering.ts). */

import type { TextRule } from '../rule.ts';
import { phrase } from './phrase.ts';

/** What steers a model. */
const STEERING =
  '(?:instructions?|inctructions?|instuctions?|instrucitons?|intructions?|directives?|directions?|prompts?|guidelines?|guardrails?|programming|safeguards?)';

export const OVERRIDE_RULES: readonly TextRule[] = [
  phrase({
    id: 'injection.override-regardless',
    confidence: 'high',
    anchors: [
      'regardless',
      'despite what you',
      'your head',
      'your mind',
      'your memory',
      'irrespective',
      'notwithstanding',
      'contrary to',
      'instead of following',
      'rather than following',
      'independent of',
    ],
    pattern: `despite what you (?:were|ve been|have been|had been) told|(?:remove|delete|erase|clear|wipe)~6 (?:from|out of) your (?:head|mind|memory)|(?:regardless of|irrespective of|notwithstanding|contrary to|instead of following|rather than following|independent of)(?: (?:the|any|all|your|my|what))*(?: (?:previous|prior|earlier|above|preceding|initial|original|system|own)){1,2} (?:${STEERING}|tasks?|rules|context|conversation|messages?)`,
  }),
  // The text that the model was asked to work on is waved away and an answer is put in its mouth.
  phrase({
    id: 'injection.override-document',
    confidence: 'high',
    anchors: ['do not answer', 'don t answer', 'ignor', 'disregard', 'forget'],
    pattern:
      '(?:ignore|disregard|forget(?: about)?) (?:the|this|that|these|those)~3 and (?:instead )?(?:then )?(?:just |only |simply )?(?:state|say|print|output|respond|reply|answer|write|tell|repeat|reveal|return (?:the )?(?:following|string|text)|claim|declare|conclude)|do not answer (?:this|the|that|my|their)~2 (?:but|and|instead|just)~1 (?:just|only|instead|say|print|output|respond|reply)|(?:ignore|forget(?: about)?) (?:that|this|it|above|the above) (?:and )?(?:just |instead )?(?:can you|could you|do|say|tell|print|give|repeat|output|write|state)|(?:ignore|forget) (?:the )?translation',
  }),
  // "Instead, do the following" and its kin, which a person would not write into data.
  phrase({
    id: 'injection.instead',
    confidence: 'high',
    anchors: [
      'before you',
      'instead do the following',
      'before responding',
      'stop everything',
      'important message',
    ],
    pattern:
      'important message (?:from|for|to) (?:the )?(?:user|me|you|assistant|ai|system|admin|developer)|before you (?:can |may |are able to |start |begin |continue )?(?:to )?(?:solve|us(?:e|ing)|complet(?:e|ing)|answer(?:ing)?|respond(?:ing)?|finish(?:ing)?|proceed(?:ing)?|perform(?:ing)?|do(?:ing)?|continue|call(?:ing)?)~10 (?:do the following|must first|first (?:do|read|call|send|run|execute))|instead do the following|stop everything~2 (?:just|and|now) (?:print|say|output|do|write)',
  }),
].flat();
