/** Tokens and webhooks of chat, mail, telephony and social networks, by the formats that their vendors publish. */

import { ALNUM, BASE64, HEX, LOWER, type TokenRow, tokens, URL64, UUID } from './token.ts';

const CHAT: readonly TokenRow[] = [
  [
    'slack-token',
    `xox[abeoprs]-(?:[0-9]{6,14}-){1,4}${ALNUM}{6,}`,
    { anchors: ['xoxa-', 'xoxb-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-'] },
  ],
  [
    'slack-token-shape',
    `xox[abeoprs]-[A-Za-z0-9-]{20,}`,
    {
      anchors: ['xoxa-', 'xoxb-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-'],
      confidence: 'medium',
    },
  ],
  ['slack-client', `xox[cd]-[A-Za-z0-9%+/=-]{40,}`, { anchors: ['xoxc-', 'xoxd-'] }],
  ['slack-config', `xoxe(?:\\.xox[bp])?-[0-9]-[A-Za-z0-9]{100,}`, { anchors: ['xoxe'] }],
  ['slack-app', `xapp-[0-9]-${ALNUM}{8,}-[0-9]{6,}-[a-z0-9]{32,}`],
  [
    'slack-webhook',
    `hooks\\.slack(?:-gov)?\\.com/(?:services|workflows|triggers)/[A-Z0-9]{8,}/[A-Za-z0-9]{8,}/[A-Za-z0-9/]{18,}`,
    { anchors: ['hooks.slack'] },
  ],
  [
    'discord-webhook',
    `discord(?:app)?\\.com/api(?:/v[0-9]{1,2})?/webhooks/[0-9]{16,20}/${URL64}{50,}`,
    { anchors: ['/webhooks/'], reach: [24, 120] },
  ],
  ['discord-mfa', `mfa\\.${URL64}{80,}`],
  [
    'telegram-bot',
    `[0-9]{8,10}:AA[A-Za-z0-9_-]{32,35}`,
    { anchors: [':aa'], reach: [12, 40], isExactOnly: true },
  ],
  [
    'teams-webhook',
    `[\\w-]{1,60}\\.webhook\\.office\\.com/webhookb2/${UUID}@${UUID}/[A-Za-z]{5,30}/${HEX}{32}/${UUID}`,
    { anchors: ['.webhook.office.com'], reach: [62, 260] },
  ],
  [
    'google-chat-webhook',
    `chat\\.googleapis\\.com/v1/spaces/[\\w-]{6,}/messages\\?key=[\\w-]{30,}&token=[\\w%-]{30,}`,
  ],
  [
    'zapier-webhook',
    `hooks\\.zapier\\.com/hooks/catch/[0-9]{4,}/${LOWER}{6,}`,
    { confidence: 'medium' },
  ],
  [
    'ifttt-webhook',
    `maker\\.ifttt\\.com/(?:use/|trigger/[\\w-]{1,60}/(?:json/)?with/key/)${URL64}{20,}`,
  ],
  ['make-webhook', `hook\\.(?:[a-z]{2}[0-9]\\.)?make\\.com/${LOWER}{30,}`],
  [
    'feishu-webhook',
    `open\\.(?:feishu\\.cn|larksuite\\.com)/open-apis/bot/v2/hook/${UUID}`,
    { anchors: ['/open-apis/bot/'], reach: [30, 60] },
  ],
  ['dingtalk-webhook', `oapi\\.dingtalk\\.com/robot/send\\?access_token=${HEX}{64}`],
  ['wecom-webhook', `qyapi\\.weixin\\.qq\\.com/cgi-bin/webhook/send\\?key=${UUID}`],
  [
    'power-automate-webhook',
    `logic\\.azure\\.com(?::443)?/workflows/${HEX}{32}/triggers/[^\\s"']{1,200}sig=[\\w%-]{40,}`,
  ],
  [
    'pipedream-webhook',
    `eo${LOWER}{12,18}\\.m\\.pipedream\\.net`,
    { anchors: ['.m.pipedream.net'], reach: [24, 4], isShapeEnough: true, confidence: 'medium' },
  ],
  [
    'webex',
    `[A-Za-z0-9]{64}_(?:PF84|P0A1|PE93)_${UUID}`,
    { anchors: ['_pf84_', '_p0a1_', '_pe93_'], reach: [70, 44] },
  ],
  ['zulip', `zulip_${ALNUM}{32}`],
];

const MAIL: readonly TokenRow[] = [
  ['sendgrid', `SG\\.${URL64}{20,24}\\.${URL64}{39,50}`],
  ['mailgun', `key-${HEX}{32}`, { isWhole: true }],
  [
    'mailchimp',
    `${HEX}{32}-us[1-9][0-9]?`,
    {
      anchors: ['-us1', '-us2', '-us3', '-us4', '-us5', '-us6', '-us7', '-us8', '-us9'],
      reach: [34, 3],
      isWhole: true,
    },
  ],
  ['mandrill', `md-${URL64}{22}`, { anchors: ['md-'], isWhole: true }],
  ['brevo', `x(?:keysib|smtpsib)-${HEX}{64}-${ALNUM}{16}`, { anchors: ['xkeysib-', 'xsmtpsib-'] }],
  ['mailersend', `mlsn\\.${HEX}{60,}`],
  ['resend', `re_${ALNUM}{8}_${ALNUM}{20,}`, { anchors: ['re_'], isExactOnly: true }],
  ['klaviyo', `pk_${HEX}{34}`],
  ['intercom', `dG9rO[jm]${BASE64}{40,}={0,2}`, { anchors: ['dg9roj', 'dg9rom'] }],
  ['courier', `pk_(?:prod|test)_[A-Z0-9]{28}`],
  ['onesignal', `os_v2_(?:app|org)_[a-z2-7]{80,}`],
  ['customerio', `cio_${HEX}{32,}`],
  ['postmark-server', `pm_${UUID}`],
  ['loops', `loops_${HEX}{32}`],
];

const TELEPHONY: readonly TokenRow[] = [
  [
    'telnyx',
    `KEY[0-9A-F]{24,34}_${URL64}{22}`,
    { isExactOnly: true, anchors: [...'0123456789abcdef'].map((digit) => `key${digit}`) },
  ],
  ['pubnub', `sec-c-[A-Za-z0-9+/=]{36,}`],
  ['pubnub-publish', `pub-c-${UUID}`, { confidence: 'medium' }],
  ['pubnub-subscribe', `sub-c-${UUID}`, { confidence: 'medium' }],
  ['daily', `daily_${HEX}{64}`],
];

const SOCIAL: readonly TokenRow[] = [
  ['facebook', `EAA[A-Za-z0-9]{80,}`, { reach: [4, 600], isExactOnly: true }],
  ['instagram', `IG(?:QV|QW|AA)[A-Za-z0-9_-]{100,}`, { anchors: ['igqv', 'igqw', 'igaa'] }],
  ['linkedin-client', `WPL_AP1\\.[A-Za-z0-9.+/=_-]{16,}`],
  ['twitter-bearer', `AAAAAAAAAAAAAAAAAAAAA[A-Za-z0-9%]{70,}`, { isShapeEnough: true }],
  ['twitch-stream', `live_[0-9]{7,10}_${ALNUM}{30}`],
  ['pinterest', `pina_[A-Z0-9]{40,}`],
  ['tiktok', `act\\.${ALNUM}{40,}(?:![0-9]{4}\\.[a-z]{2})?`],
  ['x-oauth2', `[A-Za-z0-9_-]{70,90}:[0-9]:[0-9]:at:1`, { anchors: [':at:1'], reach: [100, 4] }],
  ['threads', `TH(?:AA|QV)[A-Za-z0-9_-]{150,}`, { anchors: ['thaa', 'thqv'], isExactOnly: true }],
];

export const MESSAGING_RULES = tokens([...CHAT, ...MAIL, ...TELEPHONY, ...SOCIAL]);
