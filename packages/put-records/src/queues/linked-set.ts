/** Links of a member of a {@link LinkedSet}. An object is a member of one set at most. */
export interface Linked<T> {
  previous: T | undefined;
  following: T | undefined;
}

/**
 * A set in order of insertion whose members link each other. It replaces `Set` where members come and go for the whole
 * life of a process: each table that a `Set` outgrows points to the next one, so once a dead table is in the old
 * generation, every later member survives all minor collections. Sends take twice the processor time with a `Set`
 * (bench/README.md, "Containers").
 */
export class LinkedSet<T extends Linked<T>> {
  #first: T | undefined;
  #last: T | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(member: T): void {
    member.previous = this.#last;
    if (this.#last === undefined) this.#first = member;
    else this.#last.following = member;
    this.#last = member;
    this.#size++;
  }

  delete(member: T): void {
    const { previous, following } = member;
    if (previous === undefined) this.#first = following;
    else previous.following = following;
    if (following === undefined) this.#last = previous;
    else following.previous = previous;
    member.previous = undefined;
    member.following = undefined;
    this.#size--;
  }

  /** The members that are wanted, in order. A copy: what is done with them may take them out of the set. */
  filter(isWanted: (member: T) => boolean): T[] {
    const found: T[] = [];
    for (let member = this.#first; member !== undefined; member = member.following) {
      if (isWanted(member)) found.push(member);
    }
    return found;
  }
}
