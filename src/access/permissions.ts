import { roles, type Caller, type Role, type Scope } from './caller.ts';

interface Rule {
  /** The least role that holds it; `anyone`: no log-in is asked; `device`: nobody but whoever is on the device itself. */
  readonly from: 'anyone' | Role | 'device';
  /** A token holds it by any of these; by `everything` it holds all but what is a user's own. */
  readonly scopes?: readonly Scope[];
  /** A logged-in user has to show the password again. */
  readonly isDangerous?: true;
  /** About the user who asks: it makes no sense for anybody else. */
  readonly isOwn?: true;
}

/** THE table: who may do what. */
const rules = {
  /** The page's files, whether the bell is well, and the ways in: what a stranger may. */
  'look-in': { from: 'anyone' },

  'see-status': { from: 'viewer', scopes: ['read-metrics', 'read-visits', 'ring', 'push-pictures', 'manage-releases'] },
  'see-visits': { from: 'viewer', scopes: ['read-visits'] },
  /** Pictures of visits. */
  'see-pictures': { from: 'viewer', scopes: ['read-visits'] },
  /** What the camera sees now. */
  'see-live': { from: 'viewer' },
  'see-people': { from: 'viewer' },

  ring: { from: 'member', scopes: ['ring'] },
  /** Who is on this picture of mine? */
  recognize: { from: 'member' },
  /** Say who it was. */
  'name-visits': { from: 'member' },
  'manage-people': { from: 'member' },

  'remove-visits': { from: 'administrator' },
  /** Forget people for good. */
  erase: { from: 'administrator', isDangerous: true },
  'see-settings': { from: 'administrator' },
  'change-settings': { from: 'administrator' },
  'change-dangerous-settings': { from: 'administrator', isDangerous: true },
  'see-releases': { from: 'member', scopes: ['manage-releases'] },
  'manage-releases': { from: 'administrator', scopes: ['manage-releases'], isDangerous: true },
  'manage-models': { from: 'administrator' },
  'read-metrics': { from: 'administrator', scopes: ['read-metrics'] },
  'push-pictures': { from: 'administrator', scopes: ['push-pictures'] },
  /** Send a test notification, let the bell test itself. */
  'send-test': { from: 'administrator' },
  'see-access': { from: 'administrator' },
  /** Users, invitations and tokens. */
  'manage-access': { from: 'administrator', isDangerous: true },

  /** See the code that claims this house, and begin anew. */
  'hold-device': { from: 'device' },

  /** One's own sessions and password. */
  'manage-own-access': { from: 'viewer', isOwn: true },
  /** One's own second factor and recovery codes. */
  'change-second-factor': { from: 'viewer', isOwn: true, isDangerous: true },
} as const satisfies Readonly<Record<string, Rule>>;

export type Permission = keyof typeof rules;

/** `who`: log in first (401). `no`: not you (403). `prove`: show your password again, then yes. */
export type Judgement = 'yes' | 'who' | 'no' | 'prove';

/** Whether whoever asks may do this. */
export function judge(caller: Caller, permission: Permission): Judgement {
  const rule: Rule = rules[permission];
  if (rule.from === 'anyone') return 'yes';
  switch (caller.kind) {
    case 'house':
    case 'neighbour':
      return rule.isOwn === true ? 'who' : 'yes';
    case 'anonymous':
      return 'who';
    case 'token':
      return rule.isOwn !== true && rule.from !== 'device' && holdsScope(caller.scopes, rule) ? 'yes' : 'no';
    case 'user':
      if (rule.from === 'device' || roles.indexOf(caller.role) < roles.indexOf(rule.from)) return 'no';
      return rule.isDangerous === true && !caller.isFresh ? 'prove' : 'yes';
  }
}

function holdsScope(held: readonly Scope[], rule: Rule): boolean {
  return held.includes('everything') || (rule.scopes ?? []).some((scope) => held.includes(scope));
}

/** What whoever asks may, a fresh proof apart. */
export function permissionsOf(caller: Caller): readonly Permission[] {
  return permissions().filter((permission) => ['yes', 'prove'].includes(judge(caller, permission)));
}

/** Every permission there is. */
export function permissions(): readonly Permission[] {
  return Object.keys(rules).filter(isPermission);
}

function isPermission(name: string): name is Permission {
  return Object.hasOwn(rules, name);
}

/** What each route asks for; HEAD and OPTIONS ask for what the route asks for. A route that is not here does not start. */
export const routePermissions: Readonly<Record<string, Permission>> = {
  'GET /': 'look-in',
  'GET /favicon.ico': 'look-in',
  'GET /ui/:name': 'look-in',
  'GET /health': 'look-in',
  'GET /ready': 'look-in',
  'GET /openapi.json': 'see-status',
  'GET /metrics': 'read-metrics',
  'GET /api/v1/health': 'see-status',
  'GET /api/v1/status': 'see-status',
  'GET /api/v1/events': 'see-visits',
  'POST /api/v1/trigger': 'ring',

  'GET /api/v1/visits': 'see-visits',
  'GET /api/v1/visits/:id': 'see-visits',
  'GET /api/v1/visits/:id/picture.jpg': 'see-pictures',
  'GET /api/v1/visits/:id/thumbnail.jpg': 'see-pictures',
  'GET /api/v1/visits/:id/frames/:position.jpg': 'see-pictures',
  'POST /api/v1/visits/:id/correct': 'name-visits',
  'POST /api/v1/visits/:id/enrol': 'name-visits',
  'DELETE /api/v1/visits/:id': 'remove-visits',
  'GET /api/v1/strangers': 'see-visits',
  'GET /api/v1/strangers/:id/thumbnail.jpg': 'see-pictures',
  'POST /api/v1/strangers/:id/name': 'name-visits',

  'GET /api/v1/people': 'see-people',
  'POST /api/v1/people': 'manage-people',
  'GET /api/v1/people/:id': 'see-people',
  'PATCH /api/v1/people/:id': 'manage-people',
  'DELETE /api/v1/people/:id': 'erase',
  'POST /api/v1/people/:id/merge': 'manage-people',
  'POST /api/v1/people/:id/unmerge': 'manage-people',
  'POST /api/v1/people/:id/faces': 'manage-people',
  'DELETE /api/v1/people/:id/faces/:faceId': 'manage-people',
  'GET /api/v1/faces/:id.jpg': 'see-people',
  'POST /api/v1/recognize': 'recognize',

  'GET /api/v1/snapshot.jpg': 'see-live',
  'GET /api/v1/live.mjpeg': 'see-live',
  'POST /api/v1/frames': 'push-pictures',
  'POST /api/v1/notifications/test': 'send-test',
  'GET /api/v1/self-test': 'see-status',
  'POST /api/v1/self-test': 'send-test',
  'GET /api/v1/settings': 'see-settings',
  'PATCH /api/v1/settings': 'change-settings',
  'GET /api/v1/models': 'see-status',
  'POST /api/v1/models/use': 'manage-models',
  'GET /api/v1/models/compare': 'manage-models',
  'POST /api/v1/models/compare': 'manage-models',

  'GET /api/v1/update': 'see-status',
  'GET /api/v1/update/history': 'see-releases',
  'POST /api/v1/update/check': 'manage-releases',
  'POST /api/v1/update/revert': 'manage-releases',
  'POST /api/v1/update/consent': 'manage-releases',
  'GET /api/v1/update/files/:name': 'see-releases',
  'PUT /api/v1/update/files/:name': 'manage-releases',

  'GET /api/v1/access': 'look-in',
  'GET /api/v1/access/certificate': 'look-in',
  'POST /api/v1/access/claim': 'look-in',
  'GET /api/v1/access/claim-code': 'hold-device',
  'POST /api/v1/access/reset': 'hold-device',
  'POST /api/v1/access/log-in': 'look-in',
  'POST /api/v1/access/recover': 'look-in',
  'POST /api/v1/access/invitations/accept': 'look-in',
  'POST /api/v1/access/log-out': 'manage-own-access',
  'POST /api/v1/access/prove': 'manage-own-access',
  'PUT /api/v1/access/password': 'manage-own-access',
  'GET /api/v1/access/sessions': 'manage-own-access',
  'DELETE /api/v1/access/sessions': 'manage-own-access',
  'DELETE /api/v1/access/sessions/:id': 'manage-own-access',
  'POST /api/v1/access/recovery-codes': 'change-second-factor',
  'POST /api/v1/access/second-factor': 'change-second-factor',
  'PUT /api/v1/access/second-factor': 'change-second-factor',
  'DELETE /api/v1/access/second-factor': 'change-second-factor',
  'GET /api/v1/access/users': 'see-access',
  'PATCH /api/v1/access/users/:id': 'manage-access',
  'DELETE /api/v1/access/users/:id': 'manage-access',
  'GET /api/v1/access/invitations': 'see-access',
  'POST /api/v1/access/invitations': 'manage-access',
  'DELETE /api/v1/access/invitations/:id': 'manage-access',
  'GET /api/v1/access/tokens': 'see-access',
  'POST /api/v1/access/tokens': 'manage-access',
  'DELETE /api/v1/access/tokens/:id': 'manage-access',
};

/** What each command asks for; `device`: it works on the files of the machine where it is typed, and asks nobody. */
export const commandPermissions: Readonly<Record<string, Permission | 'device'>> = {
  run: 'device',
  status: 'see-status',
  'access certificate': 'look-in',
  ring: 'ring',
  visits: 'see-visits',
  recognize: 'recognize',
  'people list': 'see-people',
  'people show': 'see-people',
  'people add': 'manage-people',
  'people rename': 'manage-people',
  'people merge': 'manage-people',
  'people unmerge': 'manage-people',
  'people watch': 'manage-people',
  'people ignore': 'manage-people',
  'people welcome': 'manage-people',
  'people notify': 'manage-people',
  'people remove': 'erase',
  strangers: 'see-visits',
  'strangers name': 'name-visits',
  models: 'see-status',
  'models add': 'device',
  'models compare': 'manage-models',
  'models use': 'manage-models',
  'models remove': 'device',
  'self-test': 'send-test',
  doctor: 'device',
  settings: 'see-settings',
  'settings explain': 'see-settings',
  'settings set': 'change-dangerous-settings',
  'settings unset': 'change-dangerous-settings',
  'access list': 'see-access',
  'access role': 'manage-access',
  'access remove': 'manage-access',
  'access invite': 'manage-access',
  'access token': 'manage-access',
  'access reset': 'hold-device',
  'audit verify': 'device',
  update: 'manage-releases',
  revert: 'manage-releases',
  history: 'see-releases',
  restore: 'device',
  'release keys': 'device',
  'release root': 'device',
  'release build': 'device',
  'release sign': 'device',
  'release inspect': 'device',
  'release verify': 'device',
  install: 'device',
  uninstall: 'device',
  dashboards: 'device',
  licences: 'device',
  completion: 'device',
  man: 'device',
  'fall-back': 'device',
  version: 'device',
  help: 'device',
  candidate: 'device',
};

/** Settings by which harm could be done: the beginnings of their keys. */
export const dangerousSettings: readonly string[] = [
  'web.', 'update.', 'gate.', 'retention.', 'camera.source', 'notify.webhook', 'notify.publicAddress', 'log.',
]; // prettier-ignore

/** What changing this setting (`section.key`) asks for. */
export function permissionOfSetting(key: string): Permission {
  return dangerousSettings.some((beginning) => key.startsWith(beginning))
    ? 'change-dangerous-settings'
    : 'change-settings';
}
