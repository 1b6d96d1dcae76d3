import Type, { type Static } from 'typebox';
import { notifySection } from '../notify/notify-settings.ts';
import { gateSection, updateSection } from './update-settings.ts';
import { webSection } from './web-settings.ts';

const closed = { additionalProperties: false };

/** Every setting with its type, default, unit and meaning. Keys are written `section.key` for people. */
export const settingsSchema = Type.Object(
  {
    household: Type.Object(
      {
        timeZone: Type.String({
          default: '',
          maxLength: 100,
          kind: 'time-zone',
          description:
            'Time zone of quiet hours, update window and shown times, e.g. Europe/Berlin; empty: the machine’s',
        }),
      },
      closed,
    ),
    web: webSection,
    camera: Type.Object(
      {
        source: Type.String({
          default: 'demo',
          safe: 'none', // Made-up visitors would be announced where a real camera was meant.
          minLength: 1,
          maxLength: 2000,
          description: 'demo, push, none, folder:PATH, or what ffmpeg opens: a video file, rtsp://…, /dev/video0',
        }),
        width: Type.Integer({
          default: 1280,
          minimum: 160,
          maximum: 1920,
          multipleOf: 2,
          description: 'Width of a frame in pixels',
        }),
        height: Type.Integer({
          default: 720,
          minimum: 120,
          maximum: 1920,
          multipleOf: 2,
          description: 'Height of a frame in pixels',
        }),
        framesPerSecond: Type.Number({ default: 8, minimum: 1, maximum: 30, description: 'Frames per second' }),
        ringFrames: Type.Integer({
          default: 10,
          minimum: 1,
          maximum: 120,
          description: 'Frames kept from before a trigger',
        }),
        ringBytesMax: Type.Integer({
          default: 20_000_000,
          minimum: 1_000_000,
          maximum: 500_000_000,
          description: 'Bytes the kept frames may take',
        }),
        burstFrames: Type.Integer({ default: 5, minimum: 1, maximum: 30, description: 'Frames taken after a trigger' }),
        stallMs: Type.Integer({
          default: 2000,
          minimum: 100,
          maximum: 60_000,
          description: 'A camera silent for this long, and for four of its own turns, is restarted',
        }),
      },
      closed,
    ),
    button: Type.Object(
      {
        line: Type.String({
          default: 'none',
          pattern: '^none$|^pipe:.+$',
          maxLength: 1000,
          expectation: 'none or pipe:PATH',
          description: 'Where the bell button is read: none, or pipe:PATH for a named pipe that takes 1 and 0',
        }),
        debounceMs: Type.Integer({
          default: 30,
          minimum: 0,
          maximum: 1000,
          description: 'An edge shorter than this is a bounce',
        }),
        holdMs: Type.Integer({
          default: 1500,
          minimum: 200,
          maximum: 10_000,
          description: 'A press this long is a hold',
        }),
        doubleMs: Type.Integer({
          default: 400,
          minimum: 50,
          maximum: 2000,
          description: 'A second press within this time makes it a double press',
        }),
        stuckMs: Type.Integer({
          default: 30_000,
          minimum: 2000,
          maximum: 600_000,
          description: 'A press this long is a stuck button',
        }),
      },
      closed,
    ),
    motion: Type.Object(
      {
        enabled: Type.Boolean({ default: false, description: 'Start a visit when something moves in the zone' }),
        zone: Type.Array(Type.Number({ minimum: 0, maximum: 1 }), {
          default: [0, 0, 1, 1],
          minItems: 4,
          maxItems: 4,
          description: 'Left, top, right, bottom of the watched part, as shares of the picture',
        }),
        threshold: Type.Integer({
          default: 24,
          minimum: 1,
          maximum: 255,
          description: 'Change of brightness of a point that counts as motion, 1 to 255',
        }),
        areaPercent: Type.Number({
          default: 2,
          minimum: 0.1,
          maximum: 100,
          description: 'Share of the zone that must change',
        }),
        cooldownMs: Type.Integer({
          default: 20_000,
          minimum: 0,
          maximum: 3_600_000,
          description: 'Motion this soon after a visit belongs to it',
        }),
      },
      closed,
    ),
    models: Type.Object(
      {
        recogniser: Type.String({
          default: 'mobilefacenet',
          pattern: '^[a-z0-9][a-z0-9-]{0,39}$',
          maxLength: 40,
          expectation: 'the name of a model pack, as doorward models lists them,',
          description:
            'The net that tells faces apart: mobilefacenet, dlib, which older releases had, or one that was added. At a change it embeds the kept faces beside the former, and then takes over',
        }),
      },
      closed,
    ),
    recognition: Type.Object(
      {
        strangersPerName: Type.Integer({
          default: 1000,
          minimum: 10,
          maximum: 1_000_000,
          description: 'At most one stranger in so many is given a name, be it with “probably”',
        }),
        strangersPerKnown: Type.Integer({
          default: 10_000,
          minimum: 10,
          maximum: 10_000_000,
          description: 'At most one stranger in so many is given a name without “probably”',
        }),
        faceWidthPxMin: Type.Integer({
          default: 40,
          minimum: 20,
          maximum: 500,
          description: 'Smallest face that is recognised, in pixels',
        }),
        detailMin: Type.Number({
          default: 0.15,
          minimum: 0,
          maximum: 2,
          description:
            'Least detail of a face at the door: one more blurred is not used. A picture to enrol needs 0.25',
        }),
        yawDegMax: Type.Number({
          default: 40,
          minimum: 5,
          maximum: 90,
          description: 'A head turned further than this is not used',
        }),
        lightMax: Type.Number({
          default: 235,
          minimum: 0,
          maximum: 255,
          description: 'A face brighter than this is not used',
        }),
        strangerDistance: Type.Number({
          default: 0.5,
          minimum: 0.1,
          maximum: 1,
          description: 'Largest distance between two visits of the same stranger',
        }),
        liveness: Type.Boolean({
          default: true,
          description:
            'Mark a visit whose face may be a picture of one, and say “probably” at best. A warning: it misses good screens',
        }),
      },
      closed,
    ),
    notify: notifySection,
    retention: Type.Object(
      {
        days: Type.Integer({
          default: 30,
          safe: 3650, // What is kept too long can still be removed.
          minimum: 1,
          maximum: 3650,
          description: 'Days a visit and its pictures are kept, counted while the bell runs',
        }),
        bytesMax: Type.Integer({
          default: 2_000_000_000,
          minimum: 10_000_000,
          maximum: 1_000_000_000_000,
          description: 'Bytes the pictures of visits may take',
        }),
        visitsMax: Type.Integer({
          default: 100_000,
          safe: 10_000_000,
          minimum: 10,
          maximum: 10_000_000,
          description: 'Visits kept at most',
        }),
      },
      closed,
    ),
    update: updateSection,
    gate: gateSection,
    log: Type.Object(
      {
        level: Type.Union([Type.Literal('DEBUG'), Type.Literal('INFO'), Type.Literal('WARN'), Type.Literal('ERROR')], {
          default: 'INFO',
          description: 'Least level that is written',
        }),
      },
      closed,
    ),
  },
  closed,
);

/** The settings of one run: validated, frozen, read once and passed in. */
export type Settings = Static<typeof settingsSchema>;
