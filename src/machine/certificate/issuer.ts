import type { CertificateIssuer } from '../../system/certificates.ts';

/**
 * Makes certificates. The library is loaded when one is made, once in two months: it takes 40 ms of a fast processor and
 * 10 MB, which no start should pay.
 */
export const certificateIssuer: CertificateIssuer = {
  authority: async (wish) => (await import('./issue.ts')).issueAuthority(wish),
  leaf: async (authority, wish) => (await import('./issue.ts')).issueLeaf(authority, wish),
};
