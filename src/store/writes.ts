import { addSession, endSessions, proveSession, sawSession } from './access-sessions.ts';
import { addInvitation, addToken, removeToken, sawToken } from './access-tokens.ts';
import {
  addInvitedUser, beginSecondFactor, claim, confirmSecondFactor, recoverUser, rehashPassword, removeInvitation,
  removeSecondFactor, removeUser, resetAccess, setPassword, setRecoveryCodes, setRole, useSecondFactorStep,
} from './access-users.ts'; // prettier-ignore
import { keepAuditAnchor } from './audit-anchor.ts';
import { setDeviceSetting, removeDeviceSetting } from './device-settings.ts';
import { addEmbedding, addFace, removeFace } from './faces.ts';
import { filesRemoved } from './leftover-files.ts';
import { addNotifications, notificationFailed, notificationSent, notificationSuppressed, pruneNotifications } from './outbox.ts'; // prettier-ignore
import { addOwnPress, removeOwnVisits } from './own-presses.ts';
import { addPerson, mergePerson, renamePerson, setPersonRules, unmergePerson } from './people.ts';
import { removePerson } from './removal.ts';
import { removeVisit, retainVisits } from './retention.ts';
import { createStranger, nameStranger } from './strangers.ts';
import { addTrigger, correctVisit, decideVisit, openVisit, saveFrames, saveTrace } from './visits.ts';
import { addTimeLived, markSeen } from './time-lived.ts';
import type { WriteFunctions, WriteName } from './write-functions.ts';

/** Every write by its name: what the writer thread runs. */
export const writes: WriteFunctions = {
  openVisit,
  addTrigger,
  saveFrames,
  decideVisit,
  saveTrace,
  correctVisit,
  addOwnPress,
  removeOwnVisits,
  removeVisit,
  addPerson,
  renamePerson,
  setPersonRules,
  mergePerson,
  unmergePerson,
  removePerson,
  addFace,
  removeFace,
  addEmbedding,
  createStranger,
  nameStranger,
  notificationSent,
  notificationFailed,
  notificationSuppressed,
  addNotifications,
  pruneNotifications,
  setDeviceSetting,
  removeDeviceSetting,
  keepAuditAnchor,
  retainVisits,
  addTimeLived,
  markSeen,
  filesRemoved,
  claim,
  addInvitedUser,
  addSession,
  endSessions,
  proveSession,
  sawSession,
  rehashPassword,
  setPassword,
  recoverUser,
  setRecoveryCodes,
  beginSecondFactor,
  confirmSecondFactor,
  removeSecondFactor,
  useSecondFactorStep,
  setRole,
  removeUser,
  addInvitation,
  removeInvitation,
  addToken,
  sawToken,
  removeToken,
  resetAccess,
};

/** Writes after which the write-ahead log is emptied, because it still holds the pages of what was to be forgotten. */
export const forgettingWrites: ReadonlySet<WriteName> = new Set<WriteName>([
  'removeOwnVisits',
  'removeVisit',
  'removePerson',
  'removeFace',
  'retainVisits',
]);
