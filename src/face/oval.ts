/** The face in an aligned picture is an ellipse: radii as shares of the side. What is beside it says nothing of the face. */
const radius = { across: 0.3, down: 0.367 } as const;

/** Calls `use` with the index of every pixel of an aligned square picture that shows the face. */
export function forEachInOval(side: number, use: (pixel: number) => void): void {
  const middle = (side - 1) / 2;
  for (let row = 0; row < side; row += 1) {
    const down = (row - middle) / (radius.down * side);
    if (Math.abs(down) > 1) continue;
    const half = radius.across * side * Math.sqrt(1 - down * down);
    for (let column = Math.ceil(middle - half); column <= middle + half; column += 1) use(row * side + column);
  }
}
