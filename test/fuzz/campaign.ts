import { Random } from "../../src/decoding/random.ts";
import { shrink } from "./shrink.ts";
import type { FuzzFailure, FuzzTarget } from "./target.ts";

/// How the message of a case begins that took too long.
export const SLOW = "slow: ";

export interface CampaignOptions {
  /// Called before each case; what it returns is called after it and may name a failure.
  readonly around?: (seed: number) => () => string | undefined;
}

/// Runs the cases `seed` … `seed + count - 1`; each is made of its own seed alone. Failures that say the
/// same are one.
export async function campaign<Input>(
  target: FuzzTarget<Input>,
  seed: number,
  count: number,
  { around = () => () => undefined }: CampaignOptions = {},
): Promise<FuzzFailure[]> {
  const failures = new Map<string, FuzzFailure>();
  for (let i = 0; i < count; i++) {
    const own = seed + i;
    const input = target.generate(new Random(own));
    const run = async (tried: Input): Promise<string | undefined> => {
      const after = around(own);
      try {
        await target.check(tried, new Random(own));
        return after();
      } catch (error) {
        return failureText(error);
      }
    };
    const message = await run(input);
    if (message === undefined) continue;
    const kind = kindOf(message);
    const known = failures.get(kind);
    if (known) {
      known.also++;
      continue;
    }
    const fails = async (tried: Input) => {
      const again = await run(tried);
      return again !== undefined && kindOf(again) === kind;
    };
    const attempts = kind.startsWith(SLOW) ? 60 : 600;
    const smallest = await shrink(input, target.smaller, fails, attempts);
    failures.set(kind, { target: target.name, seed: own, message, input: target.show(smallest), also: 0 });
  }
  return [...failures.values()];
}

function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = /\n\s+at [^\n]+/.exec(error.stack ?? "")?.[0].trim() ?? "";
  return `${error.name}: ${error.message}\n${place}`;
}

/// Failures that differ in numbers only are of one kind.
function kindOf(message: string): string {
  return message.replace(/\d+/g, "0").slice(0, 300);
}

export function describeFailure({ target, seed, message, input, also }: FuzzFailure): string {
  const more = also === 0 ? "" : ` (and ${also} more)`;
  return `${target}, seed ${seed}${more}: ${message}\n  input: ${input}`;
}
