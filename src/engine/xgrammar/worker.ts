// The worker thread: one WASM instance, one vocabulary, at most one grammar and its matchers. It
// blocks on shared memory while it waits, so that a call costs microseconds, not an event loop's
// turn. It never leaves the loop: whoever started it terminates it.
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { utf8Encode } from "../../base/bytes.ts";
import { errorText, limitMemory, memoryBytes, memoryLimitHit, takeOutput } from "./instance.ts";
import { lowerSource } from "./lower-source.ts";
import { failureDiagnostic, warningDiagnostics } from "./native-diagnostics.ts";
import {
  ARGUMENT,
  CODE,
  type CompileRequest,
  LENGTH,
  MATCHER,
  type Operation,
  operations,
  REPLY,
  REQUEST,
  RESULT,
  STATE,
  STATUS,
  status,
  type WorkerReply,
  type WorkerStart,
} from "./protocol.ts";
import { WorkerGrammar } from "./worker-grammar.ts";
import { NativeVocabulary } from "./worker-vocabulary.ts";

const start = workerData as WorkerStart;
const port = parentPort!;
const control = new Int32Array(start.control);
const data = new Uint8Array(start.data);
const mask = new Uint32Array(start.data, 0, (start.vocabulary.size + 31) >>> 5);

const vocabulary = await NativeVocabulary.load(start.vocabulary);
let grammar: WorkerGrammar | undefined;
reply({ kind: "ready" });

for (;;) {
  waitForRequest();
  const operation = control[CODE] as Operation;
  if (operation === operations.message) {
    Atomics.store(control, STATE, REPLY);
    await compile(receiveMessageOnPort(port)!.message as CompileRequest);
    continue;
  }
  control[STATUS] = status.ok;
  try {
    control[RESULT] = await perform(operation);
  } catch (error) {
    control[STATUS] = memoryLimitHit() ? status.memory : status.aborted;
    const said = utf8Encode([...takeOutput(), errorText(error)].join("\n")).subarray(0, data.length);
    data.set(said);
    control[LENGTH] = said.length;
  }
  Atomics.store(control, STATE, REPLY);
  Atomics.notify(control, STATE);
}

function waitForRequest(): void {
  for (;;) {
    const state = Atomics.load(control, STATE);
    if (state === REQUEST) return;
    Atomics.wait(control, STATE, state);
  }
}

function reply(message: WorkerReply): void {
  port.postMessage(message);
}

async function compile({ source, timeoutMs, memoryBytes: budget }: CompileRequest): Promise<void> {
  const lowered = lowerSource(source, timeoutMs);
  if (!lowered.grammar) {
    reply({ kind: "refused", diagnostics: lowered.diagnostics });
    return;
  }
  takeOutput();
  limitMemory(budget);
  try {
    grammar = await WorkerGrammar.compile(lowered.grammar, vocabulary);
    const diagnostics = [...lowered.diagnostics, ...warningDiagnostics(takeOutput(), source)];
    reply({ kind: "compiled", diagnostics, memoryBytes: memoryBytes() });
  } catch (error) {
    const failure = failureDiagnostic(memoryLimitHit(), [...takeOutput(), errorText(error)], source);
    reply({ kind: "failed", diagnostics: [...lowered.diagnostics, failure] });
  }
}

async function perform(operation: Exclude<Operation, typeof operations.message>): Promise<number> {
  if (operation === operations.releaseGrammar) {
    grammar?.dispose();
    grammar = undefined;
    return memoryBytes();
  }
  if (!grammar) throw new Error("no grammar");
  const id = control[MATCHER]!;
  const argument = control[ARGUMENT]!;
  switch (operation) {
    case operations.createMatcher:
      return grammar.createMatcher();
    case operations.fork:
      return grammar.fork(id);
    case operations.disposeMatcher:
      grammar.disposeMatcher(id);
      return 0;
    case operations.acceptToken:
      return grammar.matcher(id).acceptToken(argument) ? 1 : 0;
    case operations.acceptBytes:
      return grammar.matcher(id).acceptBytes(data.subarray(0, control[LENGTH]!), argument === 1);
    case operations.fillTokenMask:
      return (await grammar.matcher(id).fillTokenMask(mask)) ? 1 : 0;
    case operations.rollback:
      grammar.matcher(id).rollback(argument);
      return 0;
    case operations.isAccepting:
      return grammar.matcher(id).isAccepting() ? 1 : 0;
    case operations.forcedBytes: {
      const forced = grammar.matcher(id).forcedBytes();
      data.set(forced);
      control[LENGTH] = forced.length;
      return 0;
    }
    case operations.allowedBytes: {
      new Uint32Array(start.data, 0, 8).set(grammar.matcher(id).allowedBytes());
      return 0;
    }
    default:
      operation satisfies never;
      throw new Error(`unknown operation ${operation}`);
  }
}
