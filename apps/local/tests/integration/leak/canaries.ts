/** How the text of a canary may be written where it must not be. */
type CanaryForm = "text" | "digits";

/** A value that must not be found anywhere behind the raw stream. */
export interface Canary {
  /** Says which event carried it, and where. */
  readonly label: string;
  readonly value: string;
  /** The searched text: a part of the value that is in no other value. */
  readonly needle: string;
  /** `digits`: separators between groups do not matter. */
  readonly form: CanaryForm;
}

/** Makes canaries. No two are alike, so that a finding tells its event. */
export class Canaries {
  readonly all: Canary[] = [];

  email(label: string): string {
    return this.#add(label, "text", (n) => [`canary${n}.mail@leak.example`, `canary${n}.mail`]);
  }

  /** A URL, a header or a text carries it as the value of a parameter, say. */
  secret(label: string): string {
    return this.#add(label, "text", (n) => [`s3cr3t-canary${n}-Zq7`, `s3cr3t-canary${n}-Zq7`]);
  }

  /** A name, a street, an id: what only an annotation can tell from other text. */
  text(label: string): string {
    return this.#add(label, "text", (n) => [`Canary${n} Fëatherstone`, `Canary${n} Fëatherstone`]);
  }

  postalCode(label: string): string {
    return this.#add(label, "text", (n) => [`QX${n} 7ZZ`, `QX${n} 7ZZ`]);
  }

  card(label: string): string {
    return this.#add(label, "digits", (n) => {
      const digits = withLuhnDigit(`49294212${n.padStart(7, "0")}`);
      return [digits.replace(/(\d{4})(?=\d)/g, "$1 "), digits];
    });
  }

  iban(label: string): string {
    return this.#add(label, "digits", (n) => {
      const iban = withIbanCheck("DE", `37040044${n.padStart(10, "0")}`);
      return [iban.replace(/(.{4})(?=.)/g, "$1 "), iban];
    });
  }

  phone(label: string): string {
    return this.#add(label, "digits", (n) => [`+44 7700 ${n.padStart(6, "9")}`, `447700${n.padStart(6, "9")}`]);
  }

  ip(label: string): string {
    return this.#add(label, "text", (n) => {
      const address = `81.${2 + Math.floor(Number(n) / 200)}.${Number(n) % 200}.142`;
      return [address, address];
    });
  }

  ipv6(label: string): string {
    return this.#add(label, "text", (n) => [`2a00:23c5:${n}::7e57`, `2a00:23c5:${n}::7e57`]);
  }

  #add(label: string, form: CanaryForm, make: (n: string) => readonly [value: string, needle: string]): string {
    const [value, needle] = make(String(this.all.length + 101));
    this.all.push({ label, value, needle, form });
    return value;
  }
}

/** ISO/IEC 7812-1, annex B. */
function withLuhnDigit(digits: string): string {
  const sum = Array.from(digits, Number)
    .reverse()
    .map((digit, position) => digit * (position % 2 === 0 ? 2 : 1))
    .reduce((total, value) => total + (value > 9 ? value - 9 : value), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** ISO 13616: the remainder of the number, country and check digits moved to its end, is 1. */
function withIbanCheck(country: string, account: string): string {
  const letters = Array.from(country, (letter) => Number.parseInt(letter, 36)).join("");
  const check = 98n - (BigInt(`${account}${letters}00`) % 97n);
  return `${country}${String(check).padStart(2, "0")}${account}`;
}
