/** What a command is aimed at: whether losing it is more than losing what a build makes anew. */

const SYSTEM =
  /^\/(?:bin|boot|dev|etc|home|lib|lib64|opt|proc|root|run|sbin|srv|sys|usr|var|users|system|library|applications|mnt|media|data|backup|backups)(?:\/\*?)?$/i;
export const DISK =
  /^\/dev\/(?:sd|hd|vd|xvd|nvme|mmcblk|disk|rdisk|md|dm-|mapper\/|loop)[a-z0-9/]*/;
const HOME = /^(?:~|\$home|\$\{home\}|%userprofile%|\$env:userprofile)/i;
const WINDOWS_ROOT =
  /^[a-z]:[\\/]?(?:\*(?:\.\*)?|windows[\\/]?.{0,16}|users[\\/]?|program files[\\/]?|programdata[\\/]?)?$/i;

/** Whether losing this is more than a build's rubbish. */
export function isVital(target: string): boolean {
  const plain = target.replace(/\/{2,}/g, '/').replace(/(?<=.)\/\.?$/, '');
  if (
    plain === '' ||
    /^(?:\/|\/\*|\/\.\*|\*|\.\*|\.|\.\.|\.\/\*|\.\.\/\*?|--no-preserve-root)$/.test(plain)
  )
    return target !== '';
  if (SYSTEM.test(plain) || DISK.test(plain) || WINDOWS_ROOT.test(target)) return true;
  if (/^\/[^/*]+(?:\/\*)?$/.test(plain))
    return plain !== '/tmp' && !/^\/(?:tmp|workspace|app|repo|build)\b/.test(plain);
  if (/^\/(?:etc|boot|bin|sbin|lib|lib64|usr|sys|system32)\//i.test(plain))
    return !/^\/usr\/(?:local|src)\/./.test(plain);
  if (
    /^\/var\/(?:lib|log|www|backups?|mail|spool)(?:\/\*?)?$/.test(plain) ||
    /^\/home\/[^/]+(?:\/\*)?$/.test(plain)
  )
    return true;
  if (HOME.test(plain))
    return /^[^/]+(?:\/(?:\*|\.\*|\.ssh|\.gnupg|\.aws|\.kube|\.config|documents|desktop|pictures|library|\.git)(?:\/\*?)?)?$/i.test(
      plain,
    );
  return /(?:^|\/)\.git$/.test(plain);
}
