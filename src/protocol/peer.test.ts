import assert from "node:assert/strict";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { CancelledError } from "../base/cancellation.ts";
import { InputError } from "../base/diagnostic.ts";
import { Peer, PeerClosedError, RemoteError } from "./peer.ts";
import type { MessagePortLike } from "./port.ts";
import { WIRE_VERSION } from "./wire.ts";

type Questions = {
  readonly requests: {
    readonly sum: { readonly params: Uint32Array; readonly result: number };
    readonly fail: { readonly params: "input" | "cancelled" | "internal"; readonly result: never };
    readonly untilCancelled: { readonly params: null; readonly result: never };
  };
  readonly notifications: { readonly say: string };
};
type Answers = {
  readonly requests: { readonly double: { readonly params: number; readonly result: number } };
  readonly notifications: Record<never, never>;
};

function portOf(port: MessagePort): MessagePortLike {
  return {
    post: (message) => port.postMessage(message),
    listen(listener) {
      port.on("message", listener);
      return () => port.off("message", listener);
    },
  };
}

function pair() {
  const { port1, port2 } = new MessageChannel();
  const said: string[] = [];
  const problems: string[] = [];
  let heard = () => {};
  const asker = new Peer<Questions, Answers>(
    portOf(port1),
    { requests: { double: (n) => 2 * n }, notifications: {} },
    (problem) => problems.push(problem),
  );
  const answerer: Peer<Answers, Questions> = new Peer<Answers, Questions>(
    portOf(port2),
    {
      requests: {
        // Asks back while it is asked: ids of the two directions must not meet.
        sum: (numbers) =>
          answerer.request(
            "double",
            numbers.reduce((a, b) => a + b, 0),
          ),
        fail: (how) => {
          if (how === "input")
            throw new InputError({ code: "x.y", severity: "error", message: "bad", hint: "better" });
          if (how === "cancelled") throw new CancelledError();
          throw new TypeError("broken");
        },
        untilCancelled: (_, signal) =>
          new Promise<never>((_resolve, reject) =>
            signal.addEventListener("abort", () => reject(new CancelledError())),
          ),
      },
      notifications: {
        say(text) {
          if (text === "throw") throw new Error("refused");
          said.push(text);
          heard();
        },
      },
    },
    (problem) => {
      problems.push(problem);
      heard();
    },
  );
  const close = () => {
    asker.close();
    answerer.close();
    port1.close();
  };
  const nextNote = () => new Promise<void>((resolve) => (heard = resolve));
  return { asker, answerer, port1, said, problems, close, nextNote };
}

describe("Peer", () => {
  it("answers requests both ways, with typed arrays intact", async () => {
    const { asker, close } = pair();
    assert.equal(await asker.request("sum", Uint32Array.of(1, 2, 3)), 12);
    close();
  });

  it("keeps requests apart", async () => {
    const { asker, close } = pair();
    const sums = await Promise.all([1, 2, 3, 4].map((n) => asker.request("sum", Uint32Array.of(n))));
    assert.deepEqual(sums, [2, 4, 6, 8]);
    close();
  });

  it("carries diagnostics back whole", async () => {
    const { asker, problems, close } = pair();
    const error = await asker.request("fail", "input").catch((e) => e);
    assert.ok(error instanceof InputError);
    assert.deepEqual(error.diagnostics, [{ code: "x.y", severity: "error", message: "bad", hint: "better" }]);
    assert.deepEqual(problems, []);
    close();
  });

  it("tells cancellation and faults of ours from bad input", async () => {
    const { asker, problems, close } = pair();
    await assert.rejects(asker.request("fail", "cancelled"), CancelledError);
    await assert.rejects(asker.request("fail", "internal"), (e: Error) => {
      assert.ok(e instanceof RemoteError);
      assert.equal(e.message, "broken");
      return true;
    });
    assert.match(problems[0]!, /request "fail" failed: TypeError: broken/);
    close();
  });

  it("cancels on the other side", async () => {
    const { asker, close } = pair();
    const controller = new AbortController();
    const answer = asker.request("untilCancelled", null, controller.signal);
    controller.abort();
    await assert.rejects(answer, CancelledError);
    await assert.rejects(asker.request("untilCancelled", null, controller.signal), CancelledError);
    close();
  });

  it("rejects what has no answer when it closes", async () => {
    const { asker, close } = pair();
    const answer = asker.request("untilCancelled", null);
    asker.close();
    await assert.rejects(answer, PeerClosedError);
    await assert.rejects(asker.request("sum", Uint32Array.of(1)), PeerClosedError);
    close();
  });

  it("delivers notifications and reports the ones it cannot handle", async () => {
    const { asker, said, problems, port1, close, nextNote } = pair();
    let note = nextNote();
    asker.notify("say", "hello");
    await note;
    assert.deepEqual(said, ["hello"]);
    note = nextNote();
    asker.notify("say", "throw");
    await note;
    assert.match(problems.at(-1)!, /notification "say" failed: Error: refused/);
    note = nextNote();
    port1.postMessage({
      tokensieve: WIRE_VERSION,
      message: { kind: "notification", name: "toString", params: null },
    });
    await note;
    assert.equal(problems.at(-1), 'unknown notification "toString"');
    close();
  });

  it("ignores foreign messages and answers other versions with what to do", async () => {
    const { port1, problems, close } = pair();
    const reply = new Promise<{ message: { kind: string; id: number; error: unknown } }>((resolve) =>
      port1.once("message", resolve),
    );
    port1.postMessage("not ours");
    port1.postMessage({ tokensieve: WIRE_VERSION, message: { kind: "riddle" } });
    port1.postMessage({ tokensieve: WIRE_VERSION + 1, message: { kind: "request", id: 7, name: "new" } });
    const { message } = await reply;
    assert.equal(message.kind, "error");
    assert.equal(message.id, 7);
    assert.deepEqual(message.error, {
      kind: "input",
      diagnostics: [
        {
          code: "protocol.version",
          severity: "error",
          message: "This view belongs to another version of Tokensieve.",
          hint: "Reload the window.",
        },
      ],
    });
    assert.equal(problems.length, 1);
    close();
  });
});
