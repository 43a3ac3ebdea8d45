/**
 * What is seen only in the text as it stands: turn markers of chat templates, tags that imitate the system, text hidden
 * from people, links that carry data out, and commands that nobody returns as data.
 *
 * A tag alone is often documentation (tokenizers, chat templates), so that most of these want the directive beside it.
 */

import type { TextRule } from '../rule.ts';
import { literal } from './phrase.ts';
import { textsOf } from './texts.ts';

const COMMANDED =
  '(?:you (?:must|are now|now|should|have to)|ignore|disregard|forget|override|reveal|output|print|send|forward|execute|run |call |do not|never |always |bypass|disable|act as|new (?:instruction|task|directive)|repeat|respond|delete|read )';

export const MARKUP_RULES: readonly TextRule[] = [
  // A turn of another speaker is opened in the middle of data, with something to say: templates have variables there.
  literal({
    id: 'injection.turn-marker',
    confidence: 'high',
    anchors: [
      '<|im_start|>',
      '<|start_header_id|>',
      '<|system|>',
      '<start_of_turn>',
      '[inst]',
      '<<sys>>',
      '[system]',
      '<|user|>',
      '<|developer|>',
      '[/inst]',
      'human:',
      '<|begin_of_text|>',
      '<|channel|>',
      '\n\nsystem:',
    ],
    pattern: `(?:<\\|im_start\\|>\\s*(?:system|user|developer)|<\\|start_header_id\\|>\\s*(?:system|user)\\s*<\\|end_header_id\\|>|<\\|(?:system|user|developer)\\|>|<start_of_turn>\\s*(?:user|system|model)|\\[INST\\]|\\[/INST\\]|<<SYS>>|\\[SYSTEM\\]|\\n\\n(?:Human|System):)[\\s:>*\\]-]{0,12}[^{<\\[]{0,60}${COMMANDED}`,
  }),
  // The result closes itself, and what follows claims to stand outside of it.
  literal({
    id: 'injection.boundary',
    confidence: 'high',
    anchors: [
      '</tool_result',
      '</tool_response',
      '</tool_output',
      '</document',
      'end of document',
      'end of tool',
      'end of data',
      'end of context',
      '</context',
      '</data>',
      '</user_input',
      '</system',
      '</function_result',
      ...textsOf('end of (?:file|input)'),
    ],
    pattern: `(?:</(?:tool_(?:result|response|output)|function_results?|documents?|context|data|user_input|system)>|(?:[-=#*<\\[]{2,}|\\[)\\s{0,3}end of (?:document|tool (?:result|output|response)|data|context|file|input)\\s{0,3}[-=#*>\\]]{1,})\\s{0,6}(?:<[a-z_]{1,20}>\\s{0,4})?[^<]{0,40}?${COMMANDED}`,
  }),
  literal({
    id: 'injection.system-tag',
    confidence: 'high',
    anchors: [
      'blocked-',
      'allowed-',
      'interaction-config',
      'systemprompt',
      'system_prompt',
      ' to the ai',
      ' to ai',
      ' for ai',
      ' for the ai',
      'assistant',
      'to llm',
      ' agent',
      ' model',
      'system_mode',
      'system note',
      '<information>',
      'system:',
      'assistant:',
      'note to ai',
      'to ai',
      'system_mode',
      'system mode',
      'system :',
      'admin:',
      'admin :',
      ' llm',
      ...textsOf(
        '[<{(\\[](?:system|admin|hidden|important|critical|override|developer|instruction|root)',
      ),
    ],
    pattern: `<[\\s\\\\/]{0,3}SYSTEM[ _]MODE[^>]{0,20}>|[<\\[{(](?:SYSTEM|ADMIN|HIDDEN|IMPORTANT|CRITICAL|OVERRIDE|DEVELOPER|INSTRUCTIONS?|ROOT)(?:[ _-](?:PROMPT|MESSAGE|INSTRUCTIONS?|DIRECTIVE|OVERRIDE|REQUEST|NOTE|NOTICE|COMMAND|UPDATE|ALERT))?:{0,2}[>\\]})]?[\\s:*-]{0,6}(?:(?:ADMIN|SYSTEM|NOTE|IMPORTANT):?\\s{0,3})?(?:please )?${COMMANDED}|<INFORMATION>\\s{0,4}This is an important message|(?:^|[\\n"'>#*])\\s{0,4}(?:SYSTEM|ADMIN) ?: ?(?:new (?:directive|instruction)|ignore|disregard|override|you (?:must|are now))|(?:note|attention|message|instructions?)(?: to| for)(?: the)? (?:AI|LLM|assistant|agent|model)s?(?: (?:agents?|assistants?|models?|systems?))? ?[:,]|<(?:blocked|allowed)-(?:modes|strings?|responses)>|<interaction-config>|(?:console\\.log|print|echo|return) ?\\(? ?["']?\\$?(?:system_?prompt|SYSTEM_PROMPT)\\b`,
  }),
  // A transcript that goes on where the data should have ended: the next turn asks for something.
  literal({
    id: 'injection.fake-turn',
    confidence: 'high',
    anchors: ['user:', 'human:'],
    pattern:
      '(?:^|[\\n>:]|[a-z]\\b)[^\\n]{0,80}(?:\\n|^|[>.] )(?:User|Human): [^\\n]{0,80}(?:could you|can you|please|next,)[^\\n]{0,40}(?:repeat|say|print|output|ignore|reveal)',
  }),
  literal({
    id: 'injection.html-comment',
    confidence: 'high',
    anchors: ['<!--'],
    pattern: `<!--\\s{0,4}(?:(?:IMPORTANT|SYSTEM|AI|LLM|ASSISTANT|AGENT|INSTRUCTIONS?|PROMPT|HIDDEN|ATTENTION)\\b[^-]{0,40}[:\\s-]{1,3}\\s{0,3}${COMMANDED}|[^-]{0,60}(?:AI|LLM)s? (?:assistants?|agents?|models?)[^-]{0,40}(?:must|should|please|reading|ignore))`,
  }),
  literal({
    id: 'injection.hidden-html',
    confidence: 'high',
    anchors: [
      'display:none',
      'display: none',
      'font-size:0',
      'font-size: 0',
      'visibility:hidden',
      'visibility: hidden',
      'opacity:0',
      'opacity: 0',
      '<hidden>',
      'color:white',
      'color: white',
      'color:#fff',
      'left:-9999',
      'left: -9999',
      'color: #fff',
    ],
    pattern: `(?:display: ?none|font-size: ?0|visibility: ?hidden|opacity: ?0|color: ?(?:white|#fff(?:fff)?)|left: ?-9999)[^>]{0,60}>[^<]{0,80}(?:ignore|disregard|forget|you must|you are now|your (?:instructions|prompt)|system prompt|AI assistant|language model|password|api key|send (?:the|all|your)|/dev/tcp|instructions)|<hidden>[^<]{0,30}${COMMANDED}`,
  }),
  // An image or a link whose address has a place for what the model knows.
  literal({
    id: 'injection.markdown-exfiltration',
    confidence: 'high',
    reach: [240, 320],
    anchors: [
      '](http',
      'src="http',
      "src='http",
      'src=http',
      'href="http',
      "href='http",
      'href=http',
    ],
    pattern:
      '(?:!?\\[[^\\]]{0,80}\\]\\(|(?:src|href)=["\']?)https?://[^\\s)"\'>]{1,160}[?&/=][^\\s)"\'>]{0,60}(?:\\{\\{?|\\$\\{|<|%7B|\\[|\\$\\()\\s?(?:[a-z_ -]{0,20}(?:data|secrets?|tokens?|api[_-]?key|password|history|conversation|prompt|message|content|summary|context|memory|credentials?|chat|user_info|env))',
  }),
  // Commands as the whole point of a text: a shell opened to elsewhere, a download run as it comes, an encoded command.
  literal({
    id: 'injection.shell-payload',
    confidence: 'high',
    reach: [320, 240],
    anchors: [
      '/dev/tcp/',
      'downloadstring',
      'no-preserve-root',
      'child_process',
      'socket.socket',
      'base64 --decode',
      'os.system',
      'subprocess',
      'mkfifo',
      '|bash`',
      '__import__',
      'powershell',
      '-e /bin/',
      '-e/bin/',
      'base64 -d',
      ...textsOf('[$][(] ?(?:curl|wget)'),
    ],
    pattern:
      '(?:bash|sh|zsh) -i\\s{0,2}>&\\s{0,2}/dev/tcp/|exec \\d{1,3}<>/dev/tcp/|(?:IEX|Invoke-Expression)\\s{0,2}\\(?[^\\n]{0,40}DownloadString|powershell(?:\\.exe)?[^\\n]{0,60}\\s-e(?:nc|ncodedcommand)?\\s{1,3}[A-Za-z0-9+/=]{16}|[$][(] ?(?:curl|wget)[^)\\n]{1,160}\\| ?(?:ba|z)?sh ?[)]|rm\\s+-[rRf]{1,3}\\s+(?:-[a-zA-Z]+\\s+)?/\\s+--no-preserve-root|rm\\s+-[rRf]{1,3}\\s+--no-preserve-root|child_process["\')]{1,3}\\.exec(?:Sync)?\\(["\'`](?:cat /etc|curl |wget |rm |bash |nc |sh )|socket\\.socket\\([^\\n]{0,160}(?:subprocess|dup2|AF_INET\\)["\'])|import socket, ?subprocess|echo\\s[^|\\n]{4,300}\\| ?base64 (?:-d|-D|--decode) ?\\| ?(?:ba|z)?sh|__import__\\(["\'](?:os|subprocess)["\']\\)\\.(?:system|popen|run|call|Popen)\\(|\\bnc(?:at)?\\s[^\\n]{0,40}-e ?/bin/(?:ba)?sh',
  }),
  literal({
    id: 'injection.code-exfiltration',
    confidence: 'high',
    anchors: [
      '.ssh/id_',
      '/etc/shadow',
      '/etc/passwd',
      '.aws/credentials',
      'mcp.json',
      'contents of',
      'content of',
      ...textsOf('[$][(](?:cat|env|whoami|printenv|base64)'),
    ],
    pattern:
      '(?:\\.ssh/id_[a-z0-9]{2,8}|/etc/shadow|/etc/passwd|\\.aws/credentials|mcp\\.json)[^\\n]{0,60}(?:posts?|sends?|uploads?|forward|exfiltrat\\w{1,4})[^\\n]{0,20}https?://|https?://[^\\s]{0,120}\\$\\((?:cat|env|whoami|printenv|base64)|(?:output|print|reveal|show|display|return|send|read) (?:me )?(?:the )?(?:full )?(?:contents?|content) of\\s{1,2}["\'`]?(?:/etc/(?:passwd|shadow)|~?/?\\.ssh|~?/?\\.aws|\\.env\\b)',
  }),
];
