/**
 * Code as the point of a text that came back: a shell for somebody else, code that is fetched or decoded and run in one
 * breath, keys that are read and sent. A command alone is documentation; what acts here is the pair, whatever the language:
 * a socket with a shell, a decoder within an evaluator, a secret's path beside a sender, a download that is run from a
 * host that says what it is or has only a number.
 */

import type { TextRule } from '../rule.ts';
import { literal } from './phrase.ts';
import { textsOf } from './texts.ts';

const SHELL =
  '(?:/bin/(?:ba|z|da|k)?sh|cmd\\.exe|/bin/busybox|powershell|"sh"|\'sh\'|"bash"|\'bash\')';
const BAD_HOST =
  '(?:[a-z0-9.-]{0,40}(?:evil|attack|malicious|malware|payload|backdoor|exploit|pwn|hack|phish|c2|exfil|rogue|steal)[a-z0-9.-]{0,40}|[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|[a-z0-9-]{1,40}\\.(?:ngrok(?:-free)?\\.(?:io|app)|oast\\.\\w{2,6}|interact\\.sh|requestbin\\.\\w{2,4}|trycloudflare\\.com)|pastebin\\.com|webhook\\.site|transfer\\.sh|burpcollaborator\\.net)';
const SECRET_FILE =
  '(?:/etc/(?:passwd|shadow)|\\.ssh/id_[a-z0-9]{2,8}|\\.aws/credentials|\\.kube/config|\\.git-credentials|\\.netrc|\\.env\\b|/proc/self/environ|\\.docker/config\\.json|\\.config/gcloud)';

export const PAYLOAD_RULES: readonly TextRule[] = [
  literal({
    id: 'injection.reverse-shell',
    confidence: 'high',
    in: ['response'],
    anchors: [
      'fsockopen',
      'tcpsocket',
      'inet_aton',
      'pf_inet',
      'af_inet',
      'io::socket',
      'net.dial',
      'net.socket',
      'net.connect',
      'java.net.socket',
      'new socket(',
      'pty.spawn',
      'mkfifo',
      'socat ',
      '/dev/tcp',
      '/dev/udp',
      'openssl s_client',
      'sockets.tcpclient',
      '/bin/',
      'cmd.exe',
      'powershell',
      '"sh"',
      "'sh'",
      '"bash"',
      "'bash'",
      ' -c "',
      " -c '",
      ...textsOf('socat	'),
    ],
    pattern: `(?:fsockopen|TCPSocket|PF_INET|IO::Socket)[\\s\\S]{0,220}(?:${SHELL}|exec\\b|dup2|popen|IO\\.popen)|(?:AF_INET|Sockets\\.TCPClient|net\\.(?:Dial|Socket|connect)|java\\.net\\.Socket|new Socket\\()[\\s\\S]{0,220}(?:${SHELL}|dup2|\\biex\\b)|(?:exec|spawn|system|subprocess|Popen|ProcessBuilder)\\w{0,6}\\(?\\s?\\[?${SHELL}[\\s\\S]{0,120}(?:fsockopen|TCPSocket|PF_INET|AF_INET|Sockets\\.TCPClient|IO::Socket|net\\.(?:Dial|Socket|connect)|java\\.net\\.Socket|new Socket\\()|python[0-9.]{0,4} -c ["'][^\\n]{0,40}import[ \\t][^\\n]{0,30}(?:socket|pty)|pty\\.spawn\\(|mkfifo[^\\n]{0,120}\\b(?:nc|telnet|openssl|ncat)\\b|\\b(?:nc|ncat|nc\\.exe|netcat)\\s[^\\n]{0,60}(?:-e|-c|--exec|--sh-exec)\\s?${SHELL}|socat[ \\t][^\\n]{0,120}exec:|[>&]{1,2}\\s?/dev/(?:tcp|udp)/[^\\s/]{3,60}/[0-9]{1,5}|telnet\\s[^\\n|]{3,60}\\|\\s?${SHELL}`,
  }),
  literal({
    id: 'injection.fetched-and-run',
    confidence: 'high',
    in: ['response'],
    reach: [240, 360],
    anchors: [
      ...textsOf('(?:curl|wget)[ \t]'),
      'invoke-webrequest',
      'downloadfile',
      'downloadstring',
      'certutil',
      'bitsadmin',
      'mshta',
      'regsvr32',
      'urllib.request.urlopen',
      'requests.get(',
      'start-bitstransfer',
      'iwr',
      'frombase64string',
    ],
    pattern: `(?:ba|z|da)?sh\\s{1,2}<\\(\\s?(?:curl|wget)[ \\t][^)\\n]{0,120}${BAD_HOST}|(?:curl|wget)[ \\t][^|\\n]{0,120}${BAD_HOST}[^|\\n]{0,120}\\|\\s?(?:sudo\\s)?(?:/bin/)?(?:ba|z|da)?sh\\b|(?:curl|wget)[ \\t][^\\n]{0,200}\\s(?:-o|-O|>)\\s?/(?:tmp|var/tmp|dev/shm)/\\S{1,60}\\s?(?:&&|;|\\|\\|)\\s?(?:sudo\\s)?(?:chmod|bash|sh|\\.?/|python)|(?:curl|wget)[ \\t][^\\n]{0,120}(?:-d|--data|--data-binary|-F|-T|--upload-file|--post-file)[ =]{0,2}["']?@?[^\\n"']{0,40}${SECRET_FILE}|(?:Invoke-WebRequest|iwr|DownloadString|DownloadFile|Start-BitsTransfer)[^\\n]{0,200}(?:\\|\\s?(?:iex|Invoke-Expression)|Start-Process|;\\s?&)|(?:iex|Invoke-Expression)[^\\n]{0,80}(?:Invoke-WebRequest|iwr|DownloadString|FromBase64String)|certutil(?:\\.exe)?\\s[^\\n]{0,40}-urlcache[^\\n]{0,160}(?:&|;)|mshta(?:\\.exe)?\\s["']?(?:https?|javascript|vbscript):|regsvr32[^\\n]{0,60}/i:https?:|bitsadmin[^\\n]{0,30}/transfer|exec\\(\\s?(?:urllib\\.request\\.urlopen|requests\\.get)\\(`,
  }),
  literal({
    id: 'injection.decoded-and-run',
    confidence: 'high',
    in: ['response'],
    anchors: [
      'powershell',
      ...textsOf(
        '[(] ?(?:atob|base64_decode|buffer[.]from|gzinflate|gzuncompress|str_rot13|unescape|string[.]fromcharcode|decodeuricomponent|base64[.]b64decode|codecs[.]decode|zlib[.]decompress|compile|__import__[(]["\']base64|bytes[.]fromhex|marshal[.]loads)',
      ),
      ...textsOf('base64  ?(?:-d|--decode)'),
      'xxd -r',
    ],
    pattern: `(?:eval|assert|exec|system|new Function|setTimeout)\\s?\\( ?(?:atob|base64_decode|Buffer\\.from|gzinflate|gzuncompress|str_rot13|unescape|String\\.fromCharCode|decodeURIComponent|base64\\.b64decode|codecs\\.decode|zlib\\.decompress|compile|__import__\\(["']base64|bytes\\.fromhex|marshal\\.loads)|powershell(?:\\.exe)?\\b[^\\n]{0,80}\\s-(?:e|ec|en|enc|enco\\w{0,12})\\s{1,3}[A-Za-z0-9+/=]{6}|(?:base64 {1,2}(?:-d|-D|-di|--decode)|xxd -r[^|\\n]{0,12})[^|\\n]{0,40}\\|\\s?(?:sudo\\s)?(?:ba|z|da)?sh\\b`,
  }),
  literal({
    id: 'injection.secrets-sent',
    confidence: 'high',
    in: ['response'],
    reach: [680, 240],
    anchors: [
      'document.cookie',
      'localstorage',
      'authorized_keys',
      '/etc/passwd',
      '/etc/shadow',
      '.ssh/id_',
      '.aws/credentials',
      'json.stringify(process',
      'os.environ',
      'printenv',
      '/proc/self/environ',
      '--no-preserve-root',
      '.git-credentials',
      '.kube/config',
      '.netrc',
      '.env',
      '.docker/config',
      '.config/gcloud',
      'env |',
      'env|',
      ...textsOf('[$][(](?:env|printenv|cat)'),
    ],
    pattern: `(?:fetch|XMLHttpRequest|sendBeacon|new Image|\\.src\\s?=|location(?:\\.href)?\\s?=|axios)[^\\n]{0,160}(?:document\\.cookie|localStorage)|(?:cat|tar|base64|cp|zip|less|head|open\\(|readFile\\w{0,6}\\(|read\\()[^\\n|]{0,60}${SECRET_FILE}[^\\n]{0,60}(?:\\|\\s?(?:curl|nc|ncat|wget|base64|openssl|xxd)|(?:requests|axios)\\.post|fetch\\(|https?://|socket)|(?:ssh-(?:rsa|ed25519)|AAAA[A-Z0-9])[^\\n]{0,600}>>\\s?\\S{0,40}authorized_keys|(?:curl|wget|fetch|requests\\.post|axios\\.post)[^\\n]{0,160}(?:JSON\\.stringify\\(process\\.env|os\\.environ|\\$\\((?:env|printenv|cat\\s[^)\\n]{0,40}${SECRET_FILE}))|\\b(?:env|printenv) ?\\|\\s?(?:curl|nc|base64|wget)|(?:exec|execSync|spawn|system|popen|run|call)\\w{0,4}\\(\\s?\\[?["'\`](?:cat|type|less|head|tail|cp)\\s?["', ]{0,4}${SECRET_FILE}|rm\\s+-\\w{1,4}\\s[^\\n]{0,20}--no-preserve-root`,
  }),
];
