/** Tokens of source control, continuous integration and package registries, by the formats that their vendors publish. */

import { hasGithubChecksum } from './checksums.ts';
import { isMixed } from './plausible.ts';
import { ALNUM, HEX, LOWER, type TokenRow, tokens, UPPER, URL64, UUID } from './token.ts';

const GITHUB_PREFIXES = ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'];

const SOURCE_CONTROL: readonly TokenRow[] = [
  // With its checksum it is proof; without, it may be altered, or of a server that makes them otherwise.
  [
    'github-token',
    `gh[pousr]_${ALNUM}{36}`,
    { anchors: GITHUB_PREFIXES, accepts: hasGithubChecksum, isShapeEnough: true },
  ],
  [
    'github-token-shape',
    `gh[pousr]_${ALNUM}{36,}`,
    { anchors: GITHUB_PREFIXES, confidence: 'medium' },
  ],
  ['github-server-token', `ghs_[0-9]{1,12}_eyJ[\\w.-]{60,}`, { reach: [4, 2000] }],
  ['github-fine-grained', `github_pat_${ALNUM}{22}_${ALNUM}{59}`],
  ['github-fine-grained-shape', `github_pat_\\w{60,}`, { confidence: 'medium' }],
  ['github-app-legacy', `v1\\.${HEX}{40}`, { confidence: 'medium', isWhole: true }],
  ['gitlab-personal', `glpat-${URL64}{20,}(?:\\.[a-z0-9]{2}\\.[a-z0-9]{7,})?`],
  ['gitlab-deploy', `gldt-${URL64}{20,}`],
  ['gitlab-runner', `glrtr?-(?:t[0-9]_)?${URL64}{20,}`, { anchors: ['glrt-', 'glrtr-'] }],
  ['gitlab-runner-registration', `GR1348941${URL64}{20,}`],
  ['gitlab-ci-job', `glcbt-${ALNUM}{1,5}_${URL64}{20,}`],
  ['gitlab-trigger', `glptt-${HEX}{40}`],
  ['gitlab-feed', `glft-${URL64}{20,}`],
  ['gitlab-mail', `glimt-${URL64}{20,}`],
  ['gitlab-agent', `glagent-${URL64}{40,}`],
  ['gitlab-oauth-app', `gloas-${URL64}{40,}`],
  ['gitlab-scim', `glsoat-${URL64}{20,}`],
  ['gitlab-feature-flag', `glffct-${URL64}{20,}`],
  ['gitlab-workspace', `glwt-${URL64}{20,}`],
  ['gitlab-session', `_gitlab_session=(?:${HEX}{32})`],
  ['bitbucket-app-password', `ATBB${ALNUM}{32,}`],
  ['bitbucket-repository', `ATCTT3xF[\\w=-]{60,}`],
  [
    'atlassian',
    `AT(?:ATT|OA|STT|CTT)3[\\w=-]{80,}`,
    { anchors: ['atatt3', 'atoa3', 'atstt3', 'atctt3'] },
  ],
  ['atlassian-admin', `ATAAT3[\\w=-]{60,}`],
  [
    'azure-devops',
    `${ALNUM}{76}AZDO${ALNUM}{4}`,
    { anchors: ['azdo'], reach: [80, 8], isWhole: true },
  ],
  ['sourcegraph', `sgp_(?:${HEX}{16}_|local_)?${HEX}{40}`],
  [
    'sourcegraph-other',
    `(?:sgd|sgs|slk|sams|sgph)_${HEX}{40,}`,
    { anchors: ['sgd_', 'sgs_', 'slk_', 'sams_', 'sgph_'] },
  ],
  [
    'phabricator',
    `(?:api|cli)-${LOWER}{28}`,
    { anchors: ['api-', 'cli-'], isWhole: true, confidence: 'medium' },
  ],
  ['circleci', `CCI(?:PAT|PRJ)_${ALNUM}{20,24}_${HEX}{40}`, { anchors: ['ccipat_', 'cciprj_'] }],
  [
    'buildkite',
    `bk(?:ua|pt|ct|aj|at|rt|pi|cp)_${ALNUM}{38,}`,
    { anchors: ['bkua_', 'bkpt_', 'bkct_', 'bkaj_', 'bkat_', 'bkrt_', 'bkpi_', 'bkcp_'] },
  ],
  ['jfrog', `AKCp[0-9]${ALNUM}{60,}`],
  ['jfrog-reference', `cmVmdGtu[A-Za-z0-9+/]{48,}`],
  ['harness', `pat\\.${URL64}{22}\\.${HEX}{24}\\.${ALNUM}{20}`],
  ['harness-service', `sat\\.${URL64}{22}\\.${HEX}{24}\\.${ALNUM}{20}`],
  ['octopus-deploy', `API-${UPPER}{26,}`, { isExactOnly: true }],
  ['scalingo', `tk-us-${URL64}{48}`],
  ['snyk', `snyk_(?:uat|sat|pat)\\.${ALNUM}{6,}\\.[\\w.-]{30,}`],
  ['sonar', `sq[pua]_${HEX}{40}`, { anchors: ['sqp_', 'squ_', 'sqa_'] }],
  ['semgrep', `semgrep_${HEX}{64}`],
  ['socket', `sktsec_\\w{40,}`],
  ['gitguardian', `ggpat_${ALNUM}{40,}`],
  ['codacy', `codacy_${ALNUM}{20,}`],
  ['deepsource', `dsp_${ALNUM}{40,}`],
  ['dependency-track', `odt_${ALNUM}{32,}`],
  ['stackhawk', `hawk\\.${URL64}{20}\\.${URL64}{20}`],
  ['infracost', `ico-${ALNUM}{32}`, { isWhole: true, accepts: isMixed }],
  ['teamcity', `eyJ0eXAiOiAiVENWMiJ9\\.${URL64}{30,}\\.${URL64}{40,}`, { isShapeEnough: true }],
  ['graphite', `grph_${ALNUM}{40,}`],
  ['bitrise', `bitpat_${ALNUM}{32,}`],
  [
    'localstack',
    `ls-[a-zA-Z]{4}[0-9]{4}-[a-zA-Z]{4}-[0-9]{4}-[0-9]{4}-[0-9a-zA-Z]{12}`,
    { anchors: ['ls-'] },
  ],
];

const PACKAGES: readonly TokenRow[] = [
  ['npm', `npm_${ALNUM}{36}`, { accepts: hasGithubChecksum, isShapeEnough: true }],
  ['npm-shape', `npm_${ALNUM}{36,}`, { confidence: 'medium' }],
  ['pypi', `pypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw)${URL64}{50,}`, { isShapeEnough: true }],
  ['rubygems', `rubygems_${HEX}{48}`],
  ['nuget', `oy2${LOWER}{43}`, { isWhole: true }],
  ['crates', `cio${ALNUM}{32}`, { isWhole: true, confidence: 'medium' }],
  ['clojars', `CLOJARS_${LOWER}{60}`],
  ['docker-hub', `dckr_(?:pat|oat)_${URL64}{27,}`],
  ['packagist', `packagist_[a-z]{3,4}_${HEX}{60,}`],
  ['expo', `expo_${ALNUM}{30,}`],
  ['jsr', `jsrp?_${ALNUM}{40,}`, { anchors: ['jsr_', 'jsrp_'] }],
  ['gradle-plugin', `gpp_${ALNUM}{40,}`],
  ['cloudsmith', `csa_${ALNUM}{40,}`],
  ['anaconda', `[a-z]{2}-${UUID}-anaconda`, { anchors: ['-anaconda'], reach: [42, 4] }],
  ['hex', `hex_${ALNUM}{32,}`, { confidence: 'medium' }],
  ['ionic', `ion_${ALNUM}{42}`],
  ['tidelift', `tidelift_${ALNUM}{30,}`],
];

const INFRASTRUCTURE: readonly TokenRow[] = [
  [
    'terraform-cloud',
    `${ALNUM}{14}\\.atlasv1\\.[\\w=-]{60,}`,
    { anchors: ['.atlasv1.'], reach: [16, 120] },
  ],
  // Our own: of keys of callers and of the admin API the file has hashes only, so that they are no known values.
  ['sluice-key', `sluice_${ALNUM}{39}`],
  ['vault', `hv[sbr]\\.${URL64}{24,}`, { anchors: ['hvs.', 'hvb.', 'hvr.'] }],
  ['pulumi', `pul-${HEX}{40}`],
  [
    'doppler',
    `dp\\.(?:pt|ct|sa|scim|audit|said)\\.${ALNUM}{40,44}`,
    { anchors: ['dp.pt.', 'dp.ct.', 'dp.sa.', 'dp.scim.', 'dp.audit.', 'dp.said.'] },
  ],
  ['doppler-service', `dp\\.st\\.(?:[a-z0-9_-]{2,35}\\.)?${ALNUM}{40,44}`],
  [
    '1password-service',
    `ops_eyJ[A-Za-z0-9+/_-]{200,}={0,2}`,
    { reach: [4, 1600], isShapeEnough: true },
  ],
  [
    '1password-secret',
    `A3-${UPPER}{6}-(?:${UPPER}{11}|${UPPER}{6}-${UPPER}{5})-${UPPER}{5}-${UPPER}{5}-${UPPER}{5}`,
    { isExactOnly: true },
  ],
  ['infisical', `st\\.${HEX}{8,24}[\\w-]{0,28}\\.${HEX}{32}\\.${HEX}{32}`],
  ['tailscale', `tskey-(?:auth|api|client|scim|webhook)-${ALNUM}{6,}(?:-${ALNUM}{20,})?`],
  ['defined-networking', `dnkey-${URL64}{26}-${URL64}{52}`],
  ['prefect', `pn[ub]_${ALNUM}{36}`, { anchors: ['pnu_', 'pnb_'] }],
  ['dbt', `dbt[cu]_${ALNUM}{40,}`, { anchors: ['dbtc_', 'dbtu_'] }],
  ['openshift', `sha256~${URL64}{43}`],
  ['rancher', `token-[a-z0-9]{5}:${LOWER}{54}`],
  ['portainer', `ptr_[A-Za-z0-9+/]{40,}=?`],
  ['spacelift', `spacelift_${ALNUM}{30,}`],
  ['proxmox', `PVEAPIToken=[\\w.@-]{3,40}![\\w-]{1,40}=${UUID}`],
  ['env0', `env0_${ALNUM}{30,}`],
  ['scalr', `scalr\\.${ALNUM}{30,}`],
  ['zuplo', `zpka_${HEX}{32}_${HEX}{8}`],
  ['unkey', `unkey_${ALNUM}{20,}`],
  ['kong', `kpat_${ALNUM}{40,}`],
  ['daytona', `dtn_${HEX}{64}`],
  ['typesense-cloud', `tsc_${ALNUM}{30,}`, { confidence: 'medium' }],
  ['temporal', `tcsk_${ALNUM}{30,}`],
  ['nightfall', `NF-${ALNUM}{32}`, { isExactOnly: true }],
  ['ansible-galaxy', `galaxy_${HEX}{40}`],
];

export const SOURCE_RULES = tokens([...SOURCE_CONTROL, ...PACKAGES, ...INFRASTRUCTURE]);
