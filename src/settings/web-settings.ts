import Type from 'typebox';

/** The door for browsers and programs. */
export const webSection = Type.Object(
  {
    address: Type.String({
      default: '127.0.0.1',
      kind: 'own-address',
      description:
        'Where it listens: 127.0.0.1 for this machine alone; 0.0.0.0 or :: for its networks too, by TLS and with a log-in',
    }),
    port: Type.Integer({ default: 8080, minimum: 0, maximum: 65535, description: 'TCP port; 0 takes a free one' }),
    certificate: Type.String({
      default: '',
      maxLength: 1000,
      description:
        'File of a certificate of your own with those that lead to its root (PEM), read again when it changes; empty: the device makes its own',
    }),
    privateKey: Type.String({
      default: '',
      maxLength: 1000,
      description: 'File of the private key to web.certificate (PEM), readable by doorward alone',
    }),
    loopback: Type.Union([Type.Literal('open'), Type.Literal('login')], {
      default: 'open',
      safe: 'login', // Whoever meant to shut the door must not find it open.
      description: 'Who comes from this machine itself may do everything (open), or logs in as everybody else (login)',
    }),
    hostNames: Type.String({
      default: '',
      maxLength: 1000,
      kind: 'host-names',
      description:
        'Names under which this doorbell is reached besides its own, with commas between; others are refused',
    }),
  },
  { additionalProperties: false },
);
