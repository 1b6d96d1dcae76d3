import Type, { type Static } from 'typebox';

const nullableNumber = Type.Union([Type.Number(), Type.Null()]);

export const claimCodeAnswer = Type.Object({ claimCode: Type.Union([Type.String(), Type.Null()]) });

export const usersAnswer = Type.Object({
  users: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      role: Type.String(),
      seenMs: nullableNumber,
      hasSecondFactor: Type.Boolean(),
      recoveryCodesLeft: Type.Number(),
    }),
  ),
});
export type UserAnswer = Static<typeof usersAnswer>['users'][number];

export const invitationsAnswer = Type.Object({
  invitations: Type.Array(Type.Object({ id: Type.String(), role: Type.String(), expiresMs: Type.Number() })),
});
export type InvitationAnswer = Static<typeof invitationsAnswer>['invitations'][number];

export const tokensAnswer = Type.Object({
  tokens: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      scopes: Type.Array(Type.String()),
      expiresMs: Type.Number(),
      seenMs: nullableNumber,
    }),
  ),
});
export type TokenAnswer = Static<typeof tokensAnswer>['tokens'][number];

export const invitedAnswer = Type.Object({ secret: Type.String(), id: Type.String(), expiresMs: Type.Number() });
export const createdTokenAnswer = Type.Object({ token: Type.String(), id: Type.String(), expiresMs: Type.Number() });
export const doneAnswer = Type.Object({ outcome: Type.String() });
export const nothingAnswer = Type.Null();
