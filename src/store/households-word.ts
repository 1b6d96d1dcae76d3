/** How the reason of a visit begins that somebody of the household has corrected or named, in whatever release. */
export const householdsWords = ['You said ', 'You named '] as const;

/** Whether a visit's reason is what somebody of the household has said. */
export function isHouseholdsWord(reason: string | undefined): boolean {
  return reason !== undefined && householdsWords.some((words) => reason.startsWith(words));
}
