import { didYouMean } from './nearest.ts';
import { formerKeys, misfitOf, retiredKeys, settingKeys, variableOf, type SettingKey } from './setting-keys.ts';

/** A value and where it was said: a file, `device`, a variable, a flag. */
export interface Chosen {
  readonly value: unknown;
  readonly origin: string;
}

/** One place where settings are said: those that are good, and complaints about the rest. */
export interface Layer {
  readonly chosen: ReadonlyMap<string, Chosen>;
  readonly complaints: readonly string[];
  /** Settings that were said and cannot be used, with the complaint about each. */
  readonly refused?: ReadonlyMap<string, string>;
  /** Nobody knows what was said here. */
  readonly isUnreadable?: true;
  /** What is used, and should be said otherwise. */
  readonly warnings?: readonly string[];
}

/** A place that cannot be read. */
export function unreadableLayer(complaint: string): Layer {
  return { chosen: new Map(), complaints: [complaint], isUnreadable: true };
}

interface Said {
  readonly key: string;
  readonly value: unknown;
  readonly origin: string;
}

/** What credentials of settings are called, as systemd-creds(1) and /etc/credstore know them: `doorward.web.port`. */
export const credentialPrefix = 'doorward.';

/** What the service manager hands over as a credential is shown to nobody, whichever setting it is. */
export function originOfCredential(key: string): string {
  return `${credentialOrigin}${key}`;
}

export function isOfCredential(origin: string | undefined): boolean {
  return origin?.startsWith(credentialOrigin) === true;
}

const credentialOrigin = `the credential ${credentialPrefix}`;
/** Variables that are no settings. */
const otherVariables = new Set(['DOORWARD_HOME', 'DOORWARD_DEBUG', 'DOORWARD_MODELS', 'DOORWARD_LIB']);
const shownCharactersMax = 60;
/** Settings that are named where a section was said. */
const examplesMax = 2;

/** A table of sections, as a TOML file or the last good settings have it. `origin` is the file. */
export function layerOfTable(table: unknown, origin: string): Layer {
  if (!isTable(table))
    return { chosen: new Map(), complaints: [`cannot use ${origin}: it holds no table of settings`] };
  const said = Object.entries(table).flatMap(([section, part]) =>
    isTable(part)
      ? Object.entries(part).map(([name, value]) => ({ key: `${section}.${name}`, value, origin }))
      : [{ key: section, value: part, origin }],
  );
  return judged(said);
}

/** The device's own settings: values by `section.key`, undefined where the database's row cannot be read. */
export function layerOfDevice(values: Readonly<Record<string, unknown>>): Layer {
  return judged(Object.entries(values).map(([key, value]) => ({ key, value, origin: 'device' })));
}

/** The environment: variables that begin with DOORWARD_. */
export function layerOfEnvironment(environment: Readonly<Record<string, string | undefined>>): Layer {
  const keys = settingKeys();
  const said: Said[] = [];
  const complaints: string[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith('DOORWARD_') || otherVariables.has(variable) || text === undefined) continue;
    const past = [...Object.keys(formerKeys), ...Object.keys(retiredKeys)];
    const former = past.find((key) => variableOf(key) === variable);
    const known = keys.find((key) => key.variable === variable) ?? keyNamed(former ?? '');
    if (known === undefined && former !== undefined) said.push({ key: former, value: text, origin: variable });
    else if (known !== undefined)
      said.push({ key: former ?? known.key, value: valueOfText(known, text), origin: variable });
    else
      complaints.push(
        `cannot use ${variable}: there is no such setting${didYouMean(
          variable,
          keys.map((key) => key.variable),
        )}`,
      );
  }
  return judged(said, complaints);
}

/** Flags of the command line: texts by `section.key`. Everybody on a machine may read the flags of every process. */
export function layerOfFlags(flags: Readonly<Record<string, string>>): Layer {
  const layer = layerOfTexts(flags, (key) => `--${key}`);
  const told = [...layer.chosen].filter(([key, { value }]) => keyNamed(key)?.isSecret === true || holdsPassword(value));
  const warnings = told.map(
    ([key]) =>
      `--${key} shows a secret to everybody on this machine, in the list of processes: say it in doorward.toml, in the ` +
      `variable ${variableOf(key)}, or as the credential ${credentialPrefix}${key}`,
  );
  return { ...layer, warnings: [...(layer.warnings ?? []), ...warnings] };
}

/** `rtsp://ada:lovelace@door.local/1` */
function holdsPassword(value: unknown): boolean {
  return typeof value === 'string' && /^[a-z][a-z\d+.-]*:\/\/[^/?#\s]*:[^/?#\s]*@/i.test(value);
}

/** Texts by `section.key`, each said in the place that `originOf` names. */
export function layerOfTexts(texts: Readonly<Record<string, string>>, originOf: (key: string) => string): Layer {
  const said = Object.entries(texts).map(([key, text]) => {
    const known = keyNamed(key);
    return { key, value: known === undefined ? text : valueOfText(known, text), origin: originOf(key) };
  });
  return judged(said);
}

/** What a text means to a setting; a text that means nothing stays one, and is refused with the rest. */
export function valueOfText(key: SettingKey, text: string): unknown {
  const { type }: { type?: unknown } = key.schema;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (type === 'integer' || type === 'number') return numberOfText(text) ?? text;
  if (type !== 'array') return text;
  return text
    .replaceAll(/[[\]\s]/g, '')
    .split(',')
    .map((part) => numberOfText(part) ?? part);
}

function numberOfText(text: string): number | undefined {
  return /^[+-]?(\d+(\.\d+)?|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : undefined;
}

/** The setting of this name, or the one that it is called now. */
function keyNamed(key: string): SettingKey | undefined {
  const present = formerKeys[key] ?? key;
  return settingKeys().find((one) => one.key === present);
}

/** Why a value cannot be had, or undefined when it can. */
export function complaintAbout(said: Said): string | undefined {
  const known = settingKeys().find(({ key }) => key === said.key);
  if (known === undefined) {
    const names = settingKeys().map(({ key }) => key);
    const own = settingKeys().filter(({ section }) => section === said.key);
    if (own.length > 0) {
      const examples = own.slice(0, examplesMax).map(({ key }) => key);
      return `cannot use ${said.key} in ${said.origin}: it is a section and holds no value: give one to a setting in it, such as ${examples.join(' or ')}`;
    }
    const retired = retiredKeys[said.key];
    if (retired !== undefined) return `cannot use ${said.key} in ${said.origin}: it is no setting any more: ${retired}`;
    const present = formerKeys[said.key];
    const meant = present === undefined ? didYouMean(said.key, names) : `: it is called ${present} now`;
    return `cannot use ${said.key} in ${said.origin}: there is no such setting${meant}`;
  }
  if (said.value === undefined)
    return `cannot use ${said.key} in ${said.origin}: its row in the database cannot be read: set it again, or unset it`;
  const misfit = misfitOf(known, said.value);
  if (misfit === undefined) return undefined;
  const isHidden = known.isSecret || isOfCredential(said.origin) || holdsPassword(said.value);
  return `cannot use ${said.key} = ${isHidden ? '(hidden)' : shownValue(said.value)} in ${said.origin}: ${misfit}`;
}

/**
 * A former name is understood for as long as the present one says nothing in the same place. A retired one is not heard,
 * and is no complaint: it was good when it was said.
 */
function judged(said: readonly Said[], complaintsBefore: readonly string[] = []): Layer {
  const chosen = new Map<string, Chosen>();
  const refused = new Map<string, string>();
  const complaints = [...complaintsBefore];
  const warnings: string[] = [];
  const isFormer = ({ key }: Said): boolean => formerKeys[key] !== undefined;
  for (const one of [...said.filter(isFormer), ...said.filter((each) => !isFormer(each))]) {
    const { origin, value } = one;
    const retired = retiredKeys[one.key];
    if (retired !== undefined) {
      warnings.push(`${one.key} in ${origin} has no effect any more: ${retired}: remove it`);
      continue;
    }
    const key = formerKeys[one.key] ?? one.key;
    const complaint = complaintAbout({ key, value, origin });
    if (isFormer(one)) warnings.push(`${one.key} in ${origin} is called ${key} now: set that, and remove this`);
    if (complaint === undefined) chosen.set(key, { value, origin });
    else {
      complaints.push(complaint);
      if (keyNamed(key) !== undefined) refused.set(key, complaint);
    }
  }
  return { chosen, complaints, refused, warnings };
}

function shownValue(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) return typeof value;
  return text.length > shownCharactersMax ? `${text.slice(0, shownCharactersMax)}…` : text;
}

/** A date of TOML is an object too, and no table. */
function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
