import Type, { type Static } from 'typebox';
import type { ApiClient } from './api-client.ts';
import { exitCodes, jsonOption, noParameters, type Command, type ExitCode } from './command.ts';
import type { CommandContext } from './context.ts';
import { failed, printJson, reach } from './reach.ts';
import { plain, table } from './text.ts';

const path = '/api/v1/access/certificate';
const certificateAnswer = Type.Object({
  certificate: Type.Union([Type.String(), Type.Null()]),
  fingerprint: Type.String(),
  names: Type.Array(Type.String()),
  validUntil: Type.String(),
});

/** What a phone has to trust, so that it opens the page without a warning. */
export const accessCertificateCommand: Command = {
  name: 'access certificate',
  summary: 'Show the certificate authority of this device, and how a phone is told to trust it',
  parameters: noParameters,
  description:
    'It can vouch for this device and for nothing else. The fingerprint tells that nobody has changed it on the way.',
  options: { ...jsonOption, pem: { type: 'boolean', description: 'Print the certificate itself, for a file' } },
  run: (context) => reach(context, (client) => showCertificate(context, client)),
};

async function showCertificate(context: CommandContext, client: ApiClient): Promise<ExitCode> {
  const { flags, terminal } = context;
  const found = await client.ask({ method: 'GET', path }, certificateAnswer);
  if (found.outcome !== 'answered') return failed(context, found);
  const { certificate } = found.body;
  if (flags.isSet('json')) return printJson(context, found.body);
  if (certificate === null) {
    terminal.complain(
      'The certificate is one that you have brought (web.certificate): this device offers no authority of its own.',
    );
    for (const line of factLines(found.body)) terminal.print(line);
    return flags.isSet('pem') ? exitCodes.failed : exitCodes.done;
  }
  if (flags.isSet('pem')) terminal.print(certificate.trim());
  else for (const line of [...factLines(found.body), '', ...phoneLines(found.body)]) terminal.print(line);
  return exitCodes.done;
}

function factLines({ fingerprint, names, validUntil }: Static<typeof certificateAnswer>): readonly string[] {
  return table([
    ['fingerprint', `${plain(fingerprint)} (SHA-256)`],
    ['good for', names.map(plain).join(', ')],
    ['renewed before', plain(validUntil.slice(0, 10))],
  ]);
}

function phoneLines({ names }: Static<typeof certificateAnswer>): readonly string[] {
  const name = names.find((one) => one.endsWith('.local')) ?? names[0] ?? 'localhost';
  return [
    `Open https://${plain(name)} with the port of this doorbell and ${path}?form=der on the phone.`,
    'It warns once, because it does not know this doorbell yet. What it saves is doorward.crt:',
    '  Android   Settings, search for “CA certificate”, install doorward.crt',
    '  iPhone    Settings, “Profile downloaded”, install; then General, About, Certificate Trust Settings',
    '  computer  doorward access certificate --pem > doorward.crt, and import that as an authority in the browser',
    'Compare the fingerprint that it shows with the one above before you trust it.',
  ];
}
