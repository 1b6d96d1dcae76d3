import type { RunningRelease } from '../appliance.ts';
import type { ApplianceDoor } from './context.ts';

/** The way to appliance.ts, taken only by commands that need it: help must not wait for the models to load. */
export const applianceDoor = (release: RunningRelease): ApplianceDoor => ({
  start: async (request) => (await import('../appliance.ts')).startAppliance(request, release),
  runCandidate: async (request, signal) => (await import('../appliance.ts')).runCandidate(request, release, signal),
  fallBack: async (home) => (await import('../appliance.ts')).fallBackIn(home, release),
  snapshots: async (home) => (await import('../appliance.ts')).snapshotsIn(home),
  restore: async (home, before) => (await import('../appliance.ts')).restoreIn(home, before),
  lookAtCamera: async (settings, signal) =>
    (await import('../appliance.ts')).lookAtCamera(settings, `${release.modelsFolder}/demo`, signal),
  schemaVersion: async () => (await import('../appliance.ts')).schemaVersion,
  sqliteVersion: async () => (await import('../appliance.ts')).sqliteVersion(),
  verifyAudit: async (where, against) => (await import('../appliance.ts')).verifyAuditOf(where, against),
  changeSettings: async (request) => (await import('../appliance.ts')).changeDeviceSettings(request, release),
  addPack: async (home, from) => (await import('../appliance.ts')).addPackTo(home, from, release),
  removePack: async (home, name) => (await import('../appliance.ts')).removePackOf(home, name, release),
  deviceSettings: async (home) => (await import('../appliance.ts')).readDeviceSettings(home),
});
