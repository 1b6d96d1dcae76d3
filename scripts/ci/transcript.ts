const lastLinesMax = 60;
const tailCharsMax = 100_000;
/** Above what has failed, as `node --test` says it again at the end of a file or a share. */
const failingTests = 'failing tests:';

/** What jobs say beside each other, in one piece for each: the first of them is heard as it speaks, the others in their turn. */
export class Transcript {
  readonly #print: (text: string) => void;
  readonly #speakers: Speaker[] = [];

  constructor(print: (text: string) => void) {
    this.#print = print;
  }

  open(title: string): { say(text: string): void; end(words: string): void; last(): string } {
    const speaker: Speaker = { kept: `\n--- ${title}\n`, isDone: false };
    let tail = '';
    this.#speakers.push(speaker);
    this.#flush();
    return {
      say: (text) => {
        speaker.kept += text;
        tail = (tail + text).slice(-tailCharsMax);
        this.#flush();
      },
      last: () => lastOf(tail),
      end: (words) => {
        speaker.kept += `--- ${title}: ${words}\n`;
        speaker.isDone = true;
        this.#flush();
      },
    };
  }

  #flush(): void {
    for (let first = this.#speakers[0]; first !== undefined; first = this.#speakers[0]) {
      this.#print(first.kept);
      first.kept = '';
      if (!first.isDone) return;
      this.#speakers.shift();
    }
  }
}

interface Speaker {
  kept: string;
  isDone: boolean;
}

/** What it failed for: from the last list of failing tests on, or its last lines. */
function lastOf(text: string): string {
  const lines = text.trimEnd().split('\n');
  const from = lines.findLastIndex((line) => line.endsWith(failingTests));
  return (from < 0 ? lines.slice(-lastLinesMax) : lines.slice(from, from + lastLinesMax)).join('\n');
}
