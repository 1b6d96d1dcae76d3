import { Check } from 'typebox/value';
import { didYouMean } from './nearest.ts';
import { expectationOf, settingKeys, type SettingKey } from './setting-keys.ts';

/** A value and where it was said: a file, `device`, a variable, a flag. */
export interface Chosen {
  readonly value: unknown;
  readonly origin: string;
}

/** One place where settings are said: those that are good, and complaints about the rest. */
export interface Layer {
  readonly chosen: ReadonlyMap<string, Chosen>;
  readonly complaints: readonly string[];
}

interface Said {
  readonly key: string;
  readonly value: unknown;
  readonly origin: string;
}

/** What the service manager hands over as a credential is shown to nobody, whichever setting it is. */
export function originOfCredential(key: string): string {
  return `${credentialOrigin}${key}`;
}

export function isOfCredential(origin: string | undefined): boolean {
  return origin?.startsWith(credentialOrigin) === true;
}

const credentialOrigin = 'the credential doorward.';
/** Variables that are no settings. */
const otherVariables = new Set(['DOORWARD_HOME', 'DOORWARD_DEBUG', 'DOORWARD_MODELS', 'DOORWARD_LIB']);
const shownCharactersMax = 60;

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

/** The device's own settings: values by `section.key`. */
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
    const known = keys.find((key) => key.variable === variable);
    if (known !== undefined) said.push({ key: known.key, value: valueOfText(known, text), origin: variable });
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

/** Flags of the command line: texts by `section.key`. */
export function layerOfFlags(flags: Readonly<Record<string, string>>): Layer {
  return layerOfTexts(flags, (key) => `--${key}`);
}

/** Texts by `section.key`, each said in the place that `originOf` names. */
export function layerOfTexts(texts: Readonly<Record<string, string>>, originOf: (key: string) => string): Layer {
  const keys = settingKeys();
  const said = Object.entries(texts).map(([key, text]) => {
    const known = keys.find((one) => one.key === key);
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

/** Why a value cannot be had, or undefined when it can. */
export function complaintAbout(said: Said): string | undefined {
  const keys = settingKeys();
  const known = keys.find(({ key }) => key === said.key);
  if (known === undefined) {
    const names = keys.map(({ key }) => key);
    return `cannot use ${said.key} in ${said.origin}: there is no such setting${didYouMean(said.key, names)}`;
  }
  if (Check(known.schema, said.value)) return undefined;
  const shown = known.isSecret || isOfCredential(said.origin) ? '(hidden)' : shownValue(said.value);
  return `cannot use ${said.key} = ${shown} in ${said.origin}: ${expectationOf(known.schema)} was expected`;
}

function judged(said: readonly Said[], complaintsBefore: readonly string[] = []): Layer {
  const chosen = new Map<string, Chosen>();
  const complaints = [...complaintsBefore];
  for (const one of said) {
    const complaint = complaintAbout(one);
    if (complaint === undefined) chosen.set(one.key, { value: one.value, origin: one.origin });
    else complaints.push(complaint);
  }
  return { chosen, complaints };
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
