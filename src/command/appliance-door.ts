import type { ApplianceDoor } from './context.ts';

/** The way to appliance.ts, taken only by commands that need it: help must not wait for the models to load. */
export const applianceDoor: ApplianceDoor = {
  start: async (request) => (await import('../appliance.ts')).startAppliance(request),
  verifyAudit: async (home) => (await import('../appliance.ts')).verifyAuditOf(home),
  deviceSettings: async (home) => (await import('../appliance.ts')).readDeviceSettings(home),
};
