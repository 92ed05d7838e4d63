export interface Item {
  readonly name: string;
  readonly price: number;
}

/** The names of all items. */
export function names(items: readonly Item[]): string[] {
  return items.map((item) => item.name);
}

/** The sum of all prices. */
export function sum(items: readonly Item[]): number {
  let total = 0;
  for (const item of items) {
    
  }
  return total;
}
