/** What jobs say beside each other, in one piece for each: the first of them is heard as it speaks, the others in their turn. */
export class Transcript {
  readonly #print: (text: string) => void;
  readonly #speakers: Speaker[] = [];

  constructor(print: (text: string) => void) {
    this.#print = print;
  }

  open(title: string): { say(text: string): void; end(words: string): void } {
    const speaker: Speaker = { kept: `\n--- ${title}\n`, isDone: false };
    this.#speakers.push(speaker);
    this.#flush();
    return {
      say: (text) => {
        speaker.kept += text;
        this.#flush();
      },
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
