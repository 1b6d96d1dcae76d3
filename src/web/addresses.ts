interface Address {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** Which addresses there are and what may be done at each, for OPTIONS and for what cannot (RFC 9110, 9.3.7 and 15.5.6). */
export class Addresses {
  readonly #addresses = new Map<string, Address>();

  /** Remembers a route by Fastify's pattern: `/api/v1/faces/:id.jpg`. */
  note(url: string, methods: string | readonly string[]): void {
    const known = this.#addresses.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    for (const method of typeof methods === 'string' ? [methods] : methods) known.methods.add(method);
    this.#addresses.set(url, known);
  }

  /** Empty for an address that there is not. */
  methodsAt(path: string): readonly string[] {
    const methods = [...this.#addresses.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap((one) => [...one.methods]);
    return methods.length === 0 ? [] : [...new Set([...methods, 'OPTIONS'])];
  }
}

function patternOf(url: string): RegExp {
  const parts = url
    .split(/(:\w+)/)
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll('.', String.raw`\.`)));
  return new RegExp(`^${parts.join('')}$`);
}
