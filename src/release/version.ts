/** Semantic versions (semver.org 2.0), the pattern that the site itself gives. */
export const versionPattern =
  '^(0|[1-9]\\d{0,8})\\.(0|[1-9]\\d{0,8})\\.(0|[1-9]\\d{0,8})(-(0|[1-9]\\d{0,8}|\\d*[a-zA-Z-][0-9a-zA-Z-]*)(\\.(0|[1-9]\\d{0,8}|\\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\\+[0-9a-zA-Z-]+(\\.[0-9a-zA-Z-]+)*)?$';

/** Positive when `one` is newer, negative when older, 0 when they rank the same (semver.org, section 11). */
export function compareVersions(one: string, other: string): number {
  const [coreOne, preOne] = split(one);
  const [coreOther, preOther] = split(other);
  return compareParts(coreOne, coreOther) || comparePre(preOne, preOther);
}

function split(version: string): [readonly string[], readonly string[]] {
  const [core = '', ...pre] = (version.split('+')[0] ?? '').split('-');
  return [core.split('.'), pre.length === 0 ? [] : pre.join('-').split('.')];
}

/** A version without a pre-release is newer than the same with one. */
function comparePre(one: readonly string[], other: readonly string[]): number {
  if (one.length === 0 || other.length === 0) return other.length - one.length;
  return compareParts(one, other);
}

function compareParts(one: readonly string[], other: readonly string[]): number {
  for (let place = 0; place < Math.max(one.length, other.length); place += 1) {
    const difference = comparePart(one[place], other[place]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function comparePart(one: string | undefined, other: string | undefined): number {
  if (one === undefined || other === undefined) return (one === undefined ? 0 : 1) - (other === undefined ? 0 : 1);
  const isNumberOne = /^\d+$/.test(one);
  const isNumberOther = /^\d+$/.test(other);
  if (isNumberOne && isNumberOther) return Number(one) - Number(other);
  if (isNumberOne !== isNumberOther) return isNumberOne ? -1 : 1;
  return one < other ? -1 : one > other ? 1 : 0;
}
