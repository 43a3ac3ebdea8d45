/**
 * Who may do what with the admin API: roles, and what each may.
 *
 * The one table: routes name what they need, the listener asks here, docs/admin-api.md is made of it, and a test walks every
 * route with every role.
 */

export const ROLES = ['viewer', 'operator', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** What a route may need. */
export type Permission = keyof typeof PERMISSIONS;

export const PERMISSIONS = {
  see: {
    roles: ['viewer', 'operator', 'auditor', 'admin'],
    words: 'see how servers, tools, callers, sessions and limits are, metrics and latency',
  },
  investigate: {
    roles: ['auditor', 'admin'],
    words: 'see recent calls and the configuration',
  },
  operate: {
    roles: ['operator', 'admin'],
    words: 'restart, drain, disable and enable servers, end sessions and callers, stop and resume',
  },
  approve: {
    roles: ['operator', 'admin'],
    words: 'see calls that wait for approval, approve and deny them',
  },
  administer: {
    roles: ['admin'],
    words: 'approve tools, reload the configuration',
  },
} as const satisfies Record<string, { roles: readonly Role[]; words: string }>;

export function may(roles: readonly Role[], permission: Permission): boolean {
  const allowed: readonly Role[] = PERMISSIONS[permission].roles;
  return roles.some((role) => allowed.includes(role));
}
