/** Keys of payment, commerce and shipping, and of exchanges and nodes, by the formats that their vendors publish. */

import { ALNUM, HEX, LOWER, type TokenRow, tokens, URL64, UUID } from './token.ts';

const PAYMENT: readonly TokenRow[] = [
  [
    'stripe',
    `(?:sk|rk|ek)_(?:live|test|prod)_${ALNUM}{16,}`,
    {
      anchors: [
        'sk_live_',
        'sk_test_',
        'sk_prod_',
        'rk_live_',
        'rk_test_',
        'rk_prod_',
        'ek_live_',
        'ek_test_',
        'ek_prod_',
      ],
    },
  ],
  ['stripe-organization', `sk_org_(?:live|test)?_?${ALNUM}{24,}`],
  ['stripe-webhook', `whsec_[A-Za-z0-9+/=]{24,}`],
  ['square', `EAAA[A-Za-z0-9_-]{60}`, { isWhole: true }],
  ['square-oauth', `sq0(?:atp|csp)-${URL64}{22,43}`, { anchors: ['sq0atp-', 'sq0csp-'] }],
  ['braintree', `access_token\\$(?:production|sandbox)\\$${LOWER}{16}\\$${HEX}{32}`],
  ['razorpay', `rzp_(?:live|test)_${ALNUM}{14,}`],
  ['flutterwave', `FLWSECK(?:_TEST)?-[a-zA-Z0-9]{32}-X`],
  [
    'mollie',
    `(?:live|test)_[A-Za-z0-9]{30}`,
    { anchors: ['live_', 'test_'], isWhole: true, confidence: 'medium' },
  ],
  ['gocardless', `live_${URL64}{40}`, { isWhole: true, confidence: 'medium' }],
  ['plaid', `access-(?:sandbox|production|development)-${UUID}`],
  ['paddle', `pdl_(?:live|sdbx)_apikey_${LOWER}{26}_${ALNUM}{22}_${ALNUM}{3}`],
  ['paddle-webhook', `pdl_ntfset_${LOWER}{26}_[\\w+/-]{20,}`],
  ['xendit', `xnd_(?:production|development)_[A-Za-z0-9]{40,}`],
  ['midtrans', `(?:SB-)?Mid-server-${URL64}{20,}`, { anchors: ['mid-server-'], reach: [16, 60] }],
  ['omise', `skey_(?:test_)?[0-9a-z]{19}`, { isWhole: true }],
  ['pagarme', `ak_(?:live|test)_${ALNUM}{30}`, { anchors: ['ak_live_', 'ak_test_'] }],
  [
    'mercadopago',
    `(?:APP_USR|TEST)-[0-9]{12,}-[0-9]{6}-${HEX}{32}-[0-9]{6,}`,
    { anchors: ['app_usr-', 'test-'] },
  ],
  ['checkout', `sk_sbox_[a-z0-9]{26}`, { anchors: ['sk_sbox_'], isWhole: true }],
  ['polar', `polar_(?:oat|at_u|rt_u|cst)_${ALNUM}{30,}`],
  ['lithic', `lithic_${ALNUM}{30,}`],
  ['chargebee', `(?:live|test)_cu[A-Za-z0-9]{30,}`, { anchors: ['live_cu', 'test_cu'] }],
  ['paymongo-webhook', `whsk_${ALNUM}{24}`],
  ['dwolla-webhook', `dwolla_${ALNUM}{40,}`],
  [
    'adyen',
    `AQE[A-Za-z0-9]{6,}[A-Za-z0-9+/=]{60,}-[A-Za-z0-9+/=]{20,}-[^\\s"']{8,40}`,
    { anchors: ['aqe'], isExactOnly: true },
  ],
  ['wepay', `(?:PRODUCTION|STAGE)_${HEX}{64}`, { anchors: ['production_', 'stage_'] }],
];

const COMMERCE: readonly TokenRow[] = [
  [
    'shopify',
    `shp(?:at|ca|pa|ss|ua|ct|tka)_${HEX}{32}`,
    { anchors: ['shpat_', 'shpca_', 'shppa_', 'shpss_', 'shpua_', 'shpct_', 'shptka_'] },
  ],
  ['easypost', `EZ[AT]K${ALNUM}{54}`, { anchors: ['ezak', 'eztk'], isWhole: true }],
  ['shippo', `shippo_(?:live|test)_${HEX}{40}`],
  ['duffel', `duffel_(?:live|test)_[\\w=-]{40,}`],
  ['lob', `(?:live|test)_(?:pub_)?${HEX}{35}`, { anchors: ['live_', 'test_'], isWhole: true }],
  ['medusa', `sk_${HEX}{64}`],
  ['commercetools', `ctp_${ALNUM}{32,}`, { confidence: 'medium' }],
  ['printful', `printful_${ALNUM}{30,}`],
  ['swell', `sk_${ALNUM}{32}`, { isWhole: true, confidence: 'medium' }],
];

const CRYPTO_SERVICES: readonly TokenRow[] = [
  ['alchemy', `alch_${ALNUM}{30,}`],
  ['alchemy-url', `\\.g\\.alchemy\\.com/v2/${URL64}{30,}`],
  ['infura-url', `\\.infura\\.io/(?:ws/)?v3/${HEX}{32}`],
  ['quicknode', `QN_${HEX}{32}`],
  ['coingecko', `CG-${ALNUM}{24}`, { isWhole: true }],
  [
    'blockfrost',
    `(?:mainnet|testnet|preprod|preview)${ALNUM}{32}`,
    { anchors: ['mainnet', 'testnet', 'preprod', 'preview'], isWhole: true },
  ],
  ['helius-url', `helius-rpc\\.com/\\?api-key=${UUID}`],
  ['coinbase-cdp', `organizations/${UUID}/apiKeys/${UUID}`, { confidence: 'medium' }],
  ['okx-passphrase', `okx_${ALNUM}{30,}`, { confidence: 'medium' }],
];

export const PAYMENT_RULES = tokens([...PAYMENT, ...COMMERCE, ...CRYPTO_SERVICES]);
