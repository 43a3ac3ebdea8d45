/** Keys of clouds, hosting and databases as a service, by the formats that their vendors publish. */

import { ALNUM, BASE64, HEX, LOWER, type TokenRow, tokens, UPPER, URL64, UUID } from './token.ts';

/** Base32 (RFC 4648): there is no 0, 1, 8 or 9 in an id of AWS. */
const BASE32 = '[A-Z2-7]';
const DIGIT_Q = ['0q~', '1q~', '2q~', '3q~', '4q~', '5q~', '6q~', '7q~', '8q~', '9q~'];

const AMAZON: readonly TokenRow[] = [
  [
    'aws-access-key-id',
    `(?:AKIA|ASIA|ABIA|ACCA)${BASE32}{16}`,
    { anchors: ['akia', 'asia', 'abia', 'acca'], isWhole: true },
  ],
  // Ids of users, roles, groups: they identify and do not open anything.
  [
    'aws-unique-id',
    `(?:A3T[A-Z0-9]|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|APKA)${BASE32}{16}`,
    {
      anchors: ['a3t', 'agpa', 'aida', 'aroa', 'aipa', 'anpa', 'anva', 'apka'],
      isWhole: true,
      confidence: 'low',
    },
  ],
  [
    'aws-session-token',
    `(?:FwoGZXIvYXdz|IQoJb3JpZ2luX2)[A-Za-z0-9+/=%]{100,}`,
    { anchors: ['fwogzxivyxdz', 'iqojb3jpz2lux2'], reach: [4, 2000], isShapeEnough: true },
  ],
  ['aws-bedrock', `ABSK${BASE64}{100,}={0,2}`, { isExactOnly: true }],
  [
    'aws-bedrock-short',
    `bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9+/=]{40,}`,
    { reach: [4, 2000], isShapeEnough: true },
  ],
  ['aws-mws', `amzn\\.mws\\.${UUID}`],
  ['aws-login-secret', `amzn1\\.oa2-cs\\.v1\\.${HEX}{64}`],
  ['aws-appsync', `da2-${LOWER}{26}`, { isWhole: true }],
];

const GOOGLE: readonly TokenRow[] = [
  ['google-api-key', `AIza${URL64}{35}`],
  ['google-gemini-key', `AQ\\.Ab${URL64}{40,}`, { anchors: ['aq.ab'] }],
  ['google-access-token', `ya29\\.[A-Za-z0-9_.-]{20,}`, { reach: [4, 2400] }],
  ['google-refresh-token', `1//0${URL64}{38,}`],
  ['google-client-secret', `GOCSPX-${URL64}{28}`],
  ['google-auth-code', `4/0A${URL64}{40,}`, { confidence: 'medium' }],
  [
    'google-hmac-key',
    `GOOG[14]E?${UPPER}{50,60}`,
    { anchors: ['goog1', 'goog4'], isExactOnly: true },
  ],
  [
    'firebase-messaging',
    `AAAA${URL64}{7}:APA91b${URL64}{100,}`,
    { anchors: [':apa91b'], reach: [14, 260] },
  ],
  // The id of a key in a service account's file: the key stands beside it and is found as what it is.
  [
    'google-private-key-id',
    `"private_key_id"\\s{0,4}:\\s{0,4}"${HEX}{40}"`,
    { isShapeEnough: true, isExactOnly: true, confidence: 'medium' },
  ],
];

const MICROSOFT: readonly TokenRow[] = [
  ['azure-client-secret', `[\\w~.]{3}[0-9]Q~[\\w~.-]{31,34}`, { anchors: DIGIT_Q, reach: [4, 40] }],
  ['azure-storage-key', `AccountKey=(?:${BASE64}{86}==)`, { isExactOnly: true }],
  ['azure-shared-access-key', `SharedAccessKey=(?:${BASE64}{40,}={0,2})`, { isExactOnly: true }],
  // Since 2021 keys carry a mark of their service at a fixed place: https://github.com/microsoft/security-utilities
  [
    'azure-service-key',
    `[A-Za-z0-9+/]{76}(?:APIM|ACDb|\\+ABa|\\+AMC|\\+ASt)[A-Za-z0-9+/]{5}[AQgw]==`,
    { anchors: ['apim', 'acdb', '+aba', '+amc', '+ast'], reach: [78, 14], isExactOnly: true },
  ],
  [
    'azure-bus-key',
    `[A-Za-z0-9+/]{33}(?:AIoT|\\+ASb|\\+AEh|\\+ARm)[A-Za-z0-9+/]{5}[AQgw]=`,
    { anchors: ['aiot', '+asb', '+aeh', '+arm'], reach: [34, 12], isExactOnly: true },
  ],
  [
    'azure-search-key',
    `${ALNUM}{42}AzSe[A-D]${ALNUM}{5}`,
    { anchors: ['azse'], reach: [44, 12], isWhole: true },
  ],
  [
    'azure-function-key',
    `[\\w-]{44}AzFu[\\w-]{5}[AQgw]==`,
    { anchors: ['azfu'], reach: [46, 12], isExactOnly: true },
  ],
  [
    'azure-cache-key',
    `[A-Za-z0-9+/]{33}AzCa[A-Za-z0-9+/]{5}[AQgw]=`,
    { anchors: ['azca'], reach: [34, 12], isExactOnly: true },
  ],
  [
    'azure-container-key',
    `[A-Za-z0-9+/]{42}\\+ACR[A-D][A-Za-z0-9+/]{5}`,
    { anchors: ['+acr'], reach: [44, 12], isExactOnly: true },
  ],
  [
    'azure-common-key',
    `${ALNUM}{52}JQQJ99${ALNUM}{26}`,
    { anchors: ['jqqj99'], reach: [54, 30], isWhole: true },
  ],
];

const HOSTING: readonly TokenRow[] = [
  ['alibaba', `LTAI${ALNUM}{12,26}`, { isExactOnly: true }],
  ['tencent', `AKID${ALNUM}{32}`, { isExactOnly: true }],
  ['volcengine', `AKLT${ALNUM}{30,}`, { isExactOnly: true }],
  ['baidu', `bce-v3/ALTAK-${ALNUM}{21}/${HEX}{40}`],
  ['yandex', `AQVN${URL64}{35,38}`],
  [
    'yandex-iam',
    `t1\\.[A-Z0-9a-z_-]{20,}={0,2}\\.[A-Z0-9a-z_-]{80,}={0,2}`,
    { anchors: ['t1.'], reach: [4, 400] },
  ],
  [
    'yandex-oauth',
    `y[0-6]_${URL64}{55,}`,
    { anchors: ['y0_', 'y1_', 'y2_', 'y3_', 'y4_', 'y5_', 'y6_'] },
  ],
  ['cloudflare', `cf(?:k|ut|at)_${ALNUM}{40,}`, { anchors: ['cfk_', 'cfut_', 'cfat_'] }],
  ['cloudflare-origin-ca', `v1\\.0-${HEX}{24}-${HEX}{140,}`],
  ['digitalocean', `do[opr]_v1_${HEX}{64}`, { anchors: ['doo_v1_', 'dop_v1_', 'dor_v1_'] }],
  [
    'digitalocean-spaces',
    `DO(?:00|801)${UPPER}{15,16}`,
    { anchors: ['do00', 'do801'], isWhole: true, confidence: 'medium' },
  ],
  ['heroku', `HRKU-(?:AA${URL64}{58}|${UUID})`],
  ['fly', `FlyV1 [A-Za-z0-9+/_=,-]{50,}`, { reach: [4, 2400] }],
  [
    'fly-token',
    `f(?:o1|m1[ar]|m2)_[A-Za-z0-9+/_-]{40,}={0,3}`,
    { anchors: ['fo1_', 'fm1a_', 'fm1r_', 'fm2_'], reach: [4, 2400] },
  ],
  [
    'vercel',
    `vc[pciark]_${ALNUM}{24,}`,
    { anchors: ['vcp_', 'vcc_', 'vci_', 'vca_', 'vcr_', 'vck_'] },
  ],
  ['vercel-blob', `vercel_blob_rw_${ALNUM}{16}_${ALNUM}{30,}`],
  ['netlify', `nf[pcoub]_${ALNUM}{36,}`, { anchors: ['nfp_', 'nfc_', 'nfo_', 'nfu_', 'nfb_'] }],
  ['render', `rnd_${ALNUM}{28,}`],
  ['scaleway', `SCW${UPPER}{17}`, { isWhole: true, confidence: 'medium' }],
  ['tigris', `tsec_[\\w+-]{40,}`],
  ['backblaze', `K00[0-9][A-Za-z0-9/+]{27}`, { isWhole: true, confidence: 'medium' }],
  ['upcloud', `ucat_${ALNUM}{26}`],
  ['stackit', `stackit_${ALNUM}{30,}`],
  ['northflank', `nf-eyJ[\\w.-]{60,}`],
  ['deno-deploy', `dd[ophw]_${ALNUM}{36}`, { anchors: ['ddo_', 'ddp_', 'ddh_', 'ddw_'] }],
  ['zeabur', `sk-zeabur-${ALNUM}{20,}`],
  ['modal', `a[ks]-${ALNUM}{22}`, { anchors: ['ak-', 'as-'], isWhole: true, confidence: 'medium' }],
  ['runpod', `rpa_${UPPER}{40,}`],
  ['e2b', `e2b_${HEX}{40}`],
  ['beam', `bm_${ALNUM}{60,}`],
];

const DATABASES: readonly TokenRow[] = [
  ['databricks', `dapi${HEX}{32}(?:-[0-9])?`],
  ['databricks-oauth', `dose${HEX}{32}`],
  ['planetscale', `pscale_(?:tkn|oauth|pw|otkn)_[\\w.=-]{32,}`],
  ['supabase', `sbp_(?:oauth_)?${HEX}{40}`],
  ['supabase-secret', `sb_secret_${URL64}{22,}`],
  ['neon', `napi_${LOWER}{60,}`],
  ['neon-password', `npg_${ALNUM}{12,}`],
  ['mongodb-atlas', `mdb_sa_sk_${URL64}{40}`],
  ['xata', `xau_${ALNUM}{28,}`],
  ['cockroach', `CCDB1_${ALNUM}{22}_${ALNUM}{40}`],
  ['clickhouse-cloud', `4b1d${ALNUM}{38}`, { isWhole: true }],
  ['aiven-password', `AVNS_${URL64}{19}`],
  ['astra', `AstraCS:${ALNUM}{24}:${HEX}{64}`],
  ['pinecone', `pcsk_${ALNUM}{4,6}_${ALNUM}{60,}`],
  [
    'fauna',
    `fn[AE][A-Za-z0-9_-]{37}`,
    { anchors: ['fna', 'fne'], isWhole: true, confidence: 'medium' },
  ],
  ['elastic', `essu_[A-Za-z0-9+/=]{40,}`],
  ['tinybird', `p\\.eyJ1Ijo[\\w.-]{60,}`],
  ['prisma', `api_key=eyJ[\\w.-]{60,}`],
  ['nile', `nile_${ALNUM}{30,}`],
  ['hasura', `hasura_${ALNUM}{40,}`],
  ['airbyte', `ab_[ac]t_${ALNUM}{30,}`, { anchors: ['ab_at_', 'ab_ct_'] }],
  ['confluent', `cflt[A-Za-z0-9+/]{60}`],
  ['cloudinary', `cloudinary://[0-9]{10,}:[\\w-]{20,}@[\\w-]+`],
];

export const CLOUD_RULES = tokens([...AMAZON, ...GOOGLE, ...MICROSOFT, ...HOSTING, ...DATABASES]);
