import { complaintAbout, isOfCredential, layerOfDevice } from './layers.ts';
import { brokenRules, resolveLayers, type Resolved } from './resolve.ts';
import { settingKeys } from './setting-keys.ts';

/** A setting as people read it. */
export interface ExplainedSetting {
  /** `section.key` */
  readonly key: string;
  /** As it is, secrets included: whoever shows it masks it. */
  readonly value: unknown;
  /** `default`, a file, `device`, a variable, a flag. */
  readonly origin: string;
  readonly description: string;
  readonly isSecret: boolean;
}

/** Every setting with its value, where that came from, and what it means. */
export function explainSettings({ settings, origins }: Resolved): readonly ExplainedSetting[] {
  const sections: Readonly<Record<string, Readonly<Record<string, unknown>>>> = settings;
  return settingKeys().map(({ key, section, name, description, isSecret }) => ({
    key,
    value: sections[section]?.[name],
    origin: origins[key] ?? 'default',
    description,
    isSecret: isSecret || isOfCredential(origins[key]),
  }));
}

/** A value that may be shown: of a secret address its host alone, of other secrets nothing, and no password of any address. */
export function maskedValue({ value, isSecret }: Pick<ExplainedSetting, 'value' | 'isSecret'>): unknown {
  if (typeof value !== 'string' || value === '') return value;
  if (isSecret) {
    const { host, protocol } = URL.parse(value) ?? { host: '', protocol: '' };
    return /^https?:$/.test(protocol) && host !== '' ? `${protocol}//${host}/${mask}` : mask;
  }
  return value.replace(/:\/\/[^/\s]*@/, `://${mask}@`).replace(tellingWord, `$1${mask}`);
}

const mask = '••••••';
/** Some cameras want name and password in the path or the query: `/user=admin_password=…_channel=1.sdp`. */
const tellingWord = /((?:pass|pwd|password|passwd|token|secret|key|auth)=)[^&_/?#]*/gi;

/** A shorter secret stands in too many words to be looked for everywhere. */
const secretCharactersMin = 6;

/** What may be written down nowhere: the names of secret settings, and what they hold, of addresses the telling part too. */
export function secretsOf(resolved: Resolved): {
  readonly names: ReadonlySet<string>;
  readonly values: readonly string[];
} {
  const secret = explainSettings(resolved).filter(({ isSecret }) => isSecret);
  const values = secret.flatMap(({ value }) => (typeof value === 'string' ? [value, tellingPartOf(value)] : []));
  return {
    names: new Set(secret.map(({ key }) => key.slice(key.indexOf('.') + 1))),
    values: values.filter((value) => value.length >= secretCharactersMin),
  };
}

/** What follows the host of an address. */
function tellingPartOf(value: string): string {
  const { pathname, search } = URL.parse(value) ?? { pathname: '', search: '' };
  return `${pathname}${search}`;
}

/** Whether the device's own settings may be changed so (null removes one): the complaint, or undefined. All or none. */
export function complaintAboutChanges(
  changes: Readonly<Record<string, unknown>>,
  deviceBefore: Readonly<Record<string, unknown>>,
): string | undefined {
  const complaint = complaintAboutValues(changes, deviceBefore);
  if (complaint !== undefined) return complaint;
  const after = Object.fromEntries(
    Object.entries({ ...deviceBefore, ...changes }).filter(([, value]) => value !== null),
  );
  const broken = brokenRules(resolveLayers([layerOfDevice(after)]));
  // What was broken before is not this change's fault, and may be mended one by one.
  return broken.find(({ keys }) => keys.some((key) => Object.hasOwn(changes, key)))?.complaint;
}

/** The same for each value alone. */
export function complaintAboutValues(
  changes: Readonly<Record<string, unknown>>,
  deviceBefore: Readonly<Record<string, unknown>>,
): string | undefined {
  const known = new Set(settingKeys().map(({ key }) => key));
  // What an earlier or a later release has left in the device can be removed.
  const isRemoval = (key: string, value: unknown): boolean =>
    value === null && (known.has(key) || Object.hasOwn(deviceBefore, key));
  for (const [key, value] of Object.entries(changes)) {
    const complaint = isRemoval(key, value) ? undefined : complaintAbout({ key, value, origin: 'this change' });
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}
