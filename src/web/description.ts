import swagger from '@fastify/swagger';
import type { FastifySchema, RouteOptions } from 'fastify';
import type { Addresses } from './addresses.ts';
import { problems, problemShape, problemType } from './problem.ts';
import { isForAnybody, isProved, securityOf, securitySchemes } from './security-description.ts';
import type { Site } from './site.ts';
import { webhook } from './webhook-description.ts';

const tags = [
  { name: 'bell', description: 'How the doorbell is, and ringing it' },
  { name: 'visits', description: 'Who was at the door, and why we think so' },
  { name: 'people', description: 'The household and its faces' },
  { name: 'strangers', description: 'Faces seen at the door that nobody has named' },
  { name: 'camera', description: 'The live picture' },
  { name: 'events', description: 'Everything that happens, as it happens' },
  { name: 'settings', description: 'What holds and where it came from' },
  { name: 'models', description: 'What tells faces apart: whose it is, what it learnt from, and which one is used' },
  { name: 'update', description: 'New releases: where they come from, how their trials go, and the way back' },
  { name: 'health', description: 'For watchers' },
  { name: 'webhooks', description: 'What the doorbell sends by itself to the address of its owner' },
  { name: 'access', description: 'Who may come in: users, their log-ins, invitations, tokens' },
  { name: 'page', description: 'The page and this document' },
];

/** The OpenAPI 3.1 document, written from the routes' own schemas; served at /openapi.json. */
export async function describe(site: Site, version: string, addresses: Addresses): Promise<void> {
  await site.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Doorward',
        description:
          'A doorbell that knows who is at the door. Errors are application/problem+json and say what to do. ' +
          'Times are milliseconds since 1970 (UTC) and end in Ms; distances between faces are Euclidean. ' +
          'A method that an address does not have is answered with 405 and Allow, and an unknown address with 404.',
        version,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      tags,
      components: { securitySchemes },
      webhooks: { notification: { post: webhook } },
    },
    transform: ({ schema, url, route }) => ({ schema: withCommonProblems(schema, route), url }),
    transformObject: (document) => {
      const { openapiObject } = document as { openapiObject: Described }; // oxlint-disable-line typescript/no-unsafe-type-assertion -- the union of OpenAPI 2 and 3; we ask for 3
      describeOtherMethods(openapiObject, addresses);
      nameProblemOnce(openapiObject);
      return openapiObject;
    },
  });
}

/** What any request of a route may be refused with, before or whatever the route itself does. */
function withCommonProblems(schema: FastifySchema, { method, url, config }: RouteOptions): FastifySchema {
  const common = {
    ...problems(400, 403, 408, 417, 431, 500, 503, 507),
    ...(isForAnybody(config?.permission) ? {} : problems(401)),
    ...(url.includes(':') ? problems(404, 414) : {}),
    ...(config?.rateLimit === false ? {} : problems(429)),
    ...(method === 'GET' ? {} : problems(413, 415)),
  };
  const response = typeof schema.response === 'object' ? schema.response : {};
  return {
    ...schema,
    ...(isProved(config?.permission)
      ? { description: [schema.description, proofWords].filter(Boolean).join(' ') }
      : {}),
    security: securityOf(config?.permission),
    response: { ...common, ...response },
  };
}

const proofWords =
  'A user proves who it is anew before, at /api/v1/access/prove, or is answered 403 fresh-proof-needed.';

interface Described {
  components?: { schemas?: Record<string, unknown> };
  readonly paths?: Record<string, Record<string, Operation>>;
}

interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: unknown;
  responses: Readonly<Record<string, Answer>>;
}

interface Answer {
  readonly description: string;
  readonly content?: Readonly<Record<string, unknown>>;
}

/** HEAD answers as GET does and sends no body; OPTIONS tells what may be done. */
function describeOtherMethods({ paths = {} }: Described, addresses: Addresses): void {
  for (const [path, operations] of Object.entries(paths)) {
    const [some] = Object.values(operations);
    if (some === undefined) continue;
    const { tags: tagsOfPath, parameters } = some;
    const about = { ...(tagsOfPath === undefined ? {} : { tags: tagsOfPath }), ...pathOnly(parameters), security: [] };
    const { get } = operations;
    if (get !== undefined && addresses.methodsAt(path).includes('HEAD'))
      operations['head'] = { ...get, summary: `${get.summary ?? ''}: the header alone`, responses: bodiless(get) };
    const responses = { 204: { description: 'Allow says what may be done here' }, ...optionsProblems };
    operations['options'] = { ...about, summary: 'What may be done here', responses };
  }
}

/** Every operation may end in a dozen problems: written out at each, they would be most of the document. */
function nameProblemOnce(document: Described): void {
  document.components = { ...document.components, schemas: { ...document.components?.schemas, Problem: problemShape } };
  const content = { [problemType]: { schema: { $ref: '#/components/schemas/Problem' } } };
  for (const operation of Object.values(document.paths ?? {}).flatMap((operations) => Object.values(operations))) {
    const answers = Object.entries(operation.responses).map(([status, answer]): [string, Answer] => [
      status,
      answer.content !== undefined && problemType in answer.content ? { ...answer, content } : answer,
    ]);
    operation.responses = Object.fromEntries(answers);
  }
}

const optionsProblems = problems(400, 403, 404, 408, 413, 414, 415, 417, 429, 431, 500);

function bodiless({ responses }: Operation): Operation['responses'] {
  return Object.fromEntries(Object.entries(responses).map(([status, { description }]) => [status, { description }]));
}

/** The parameters that stand in the path. */
function pathOnly(parameters: unknown): { readonly parameters?: unknown } {
  if (!Array.isArray(parameters)) return {};
  return { parameters: parameters.filter((one: { readonly in?: string }) => one.in === 'path') };
}
