import type { ApplianceDoor } from './context.ts';

/** The way to appliance.ts, taken only by commands that need it: help must not wait for the models to load. */
export const applianceDoor: ApplianceDoor = {
  start: async (request) => (await import('../appliance.ts')).startAppliance(request),
  runCandidate: async (request, signal) => (await import('../appliance.ts')).runCandidate(request, signal),
  fallBack: async (home) => (await import('../appliance.ts')).fallBackIn(home),
  lookAtCamera: async (settings, { release, signal }) =>
    (await import('../appliance.ts')).lookAtCamera(settings, `${release.modelsFolder}/demo`, signal),
  schemaVersion: async () => (await import('../appliance.ts')).schemaVersion,
  sqliteVersion: async () => (await import('../appliance.ts')).sqliteVersion(),
  verifyAudit: async (home) => (await import('../appliance.ts')).verifyAuditOf(home),
  changeSettings: async (request) => (await import('../appliance.ts')).changeDeviceSettings(request),
  deviceSettings: async (home) => (await import('../appliance.ts')).readDeviceSettings(home),
};
