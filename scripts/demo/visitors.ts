/** A visitor in one of the pictures that the face-api package shows as its demo. Lengths are pixels of that picture. */
export interface VisitorPlan {
  readonly id: string;
  readonly picture: string;
  /** Corners of the figure, clockwise or not: x0, y0, x1, y1 ... The edge is smoothed and softened. */
  readonly outline: readonly number[];
  /** Size at the door: pixels of a frame of 1280x720 for one pixel of the picture. */
  readonly scale: number;
  /** Evens out the light of the different pictures (sharp's modulate). */
  readonly tone: { readonly brightness: number; readonly saturation: number };
  /** For a picture out of focus: sigma of sharp's sharpen. */
  readonly sharpness?: number;
  /** Who is enrolled, from what: never from what the camera shows. */
  readonly enrolment?: EnrolmentPlan;
}

/** A picture to enrol from: another photo, or the same one as another camera would have taken it. */
export interface EnrolmentPlan {
  readonly name: string;
  readonly picture: string;
  readonly left: number;
  readonly top: number;
  /** Of the square that is turned about its middle; what is left of it upright becomes the picture. */
  readonly side: number;
  /** Clockwise. */
  readonly turnDeg: number;
  readonly tone: { readonly brightness: number; readonly saturation: number };
  readonly widthPx: number;
}

/** In the order of their visits: somebody known, a stranger, somebody known, strangers. */
export const visitorPlans: readonly VisitorPlan[] = [
  {
    id: 'ada',
    picture: 'sample6.jpg',
    outline: [
      1643, 156, 1571, 184, 1514, 249, 1486, 334, 1464, 406, 1450, 463, 1460, 534, 1507, 606, 1507, 663, 1462, 710,
      1446, 791, 1442, 920, 1428, 1006, 1418, 1106, 1412, 1180, 1580, 1180, 1625, 1090, 1686, 977, 1757, 834, 1771, 740,
      1798, 730, 1803, 620, 1786, 477, 1783, 377, 1764, 263, 1714, 184,
    ],
    scale: 0.74,
    tone: { brightness: 0.95, saturation: 0.95 },
    enrolment: {
      name: 'Ada',
      picture: 'sample6.jpg',
      left: 1370,
      top: 150,
      side: 500,
      turnDeg: 6,
      tone: { brightness: 0.8, saturation: 0.6 },
      widthPx: 420,
    },
  },
  {
    id: 'stranger-red',
    picture: 'sample6.jpg',
    outline: [
      800, 216, 714, 241, 671, 306, 666, 391, 679, 491, 689, 591, 683, 663, 657, 734, 607, 813, 604, 836, 650, 880, 657,
      940, 661, 1034, 650, 1106, 664, 1234, 707, 1363, 720, 1440, 1000, 1440, 1004, 1363, 993, 1234, 983, 1190, 992,
      1110, 1014, 1010, 1036, 920, 1039, 834, 1014, 749, 993, 699, 964, 620, 950, 549, 946, 449, 936, 349, 907, 270,
      857, 227,
    ],
    scale: 0.8,
    tone: { brightness: 0.95, saturation: 0.95 },
  },
  {
    id: 'grace',
    picture: 'sample3.jpg',
    outline: [
      1216, 140, 1137, 175, 1095, 232, 1087, 311, 1078, 340, 1076, 400, 1098, 455, 1117, 500, 1018, 505, 972, 542, 933,
      602, 946, 760, 955, 892, 952, 1077, 950, 1140, 1447, 1140, 1447, 1070, 1414, 839, 1355, 694, 1318, 628, 1302, 562,
      1338, 496, 1381, 390, 1375, 258, 1348, 190, 1282, 146,
    ],
    scale: 0.68,
    tone: { brightness: 0.98, saturation: 0.7 },
    sharpness: 1.2,
    enrolment: {
      name: 'Grace',
      picture: 'sample1.jpg',
      left: 1330,
      top: 70,
      side: 480,
      turnDeg: -35,
      tone: { brightness: 1.05, saturation: 0.9 },
      widthPx: 360,
    },
  },
  {
    id: 'stranger-green',
    picture: 'sample6.jpg',
    outline: [
      314, 384, 240, 403, 192, 466, 175, 577, 175, 691, 156, 806, 148, 836, 172, 880, 158, 977, 161, 1120, 188, 1263,
      223, 1406, 232, 1440, 712, 1440, 698, 1363, 653, 1220, 645, 1120, 650, 1034, 640, 920, 592, 820, 572, 734, 543,
      612, 496, 515, 448, 440, 384, 392,
    ],
    scale: 0.7,
    tone: { brightness: 0.95, saturation: 0.95 },
  },
  {
    id: 'stranger-orange',
    picture: 'sample5.jpg',
    outline: [
      1540, 272, 1480, 288, 1428, 330, 1400, 380, 1388, 440, 1388, 520, 1400, 600, 1418, 660, 1450, 760, 1490, 815,
      1455, 850, 1410, 910, 1398, 975, 1425, 1035, 1450, 1090, 1800, 1090, 1806, 1000, 1806, 900, 1836, 820, 1836, 780,
      1786, 705, 1782, 620, 1772, 540, 1742, 440, 1702, 380, 1652, 322, 1600, 288,
    ],
    scale: 0.88,
    tone: { brightness: 1.15, saturation: 0.8 },
  },
];
