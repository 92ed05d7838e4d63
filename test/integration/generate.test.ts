import assert from "node:assert/strict";
import * as vscode from "vscode";
import { openAtBar, tokensieveApi, waitFor, workspaceFiles } from "./editing.ts";

describe("Generate Under Grammar", () => {
  const files = workspaceFiles();
  before(() => tokensieveApi());

  const generate = (given: object) =>
    vscode.commands.executeCommand<string | undefined>("tokensieve.generateUnderGrammar", given);
  const regex = (text: string) => ({ kind: "regex", text });

  it("streams into a new document", async () => {
    const text = await generate({
      grammar: regex("\\d{4}-\\d{2}-\\d{2}"),
      prompt: "date: ",
      target: "new-document",
      temperature: 0,
    });
    assert.match(text ?? "", /^\d{4}-\d{2}-\d{2}$/);
    assert.equal(vscode.window.activeTextEditor?.document.getText(), text);
  });

  it("inserts at the cursor, and one undo takes it back", async () => {
    const uri = await files.write("generate.txt", "before | after");
    const editor = await openAtBar(uri);
    const text = await generate({
      grammar: regex("[a-z]{40}"),
      prompt: "",
      target: "cursor",
      temperature: 1,
      seed: 1,
    });
    assert.equal(editor.document.getText(), `before ${text} after`);
    await vscode.commands.executeCommand("undo");
    assert.equal(editor.document.getText(), "before  after");
  });

  it("says what is wrong with a broken grammar and inserts nothing", async () => {
    const uri = await files.write("untouched.txt", "text|");
    const editor = await openAtBar(uri);
    const text = await generate({
      grammar: { kind: "ebnf", text: 'root ::= "a" missing' },
      prompt: "",
      target: "cursor",
    });
    assert.equal(text, undefined);
    assert.equal(editor.document.getText(), "text");
  });
});

describe("Validate Document Against Grammar", () => {
  const files = workspaceFiles();
  const validate = () => vscode.commands.executeCommand<boolean | undefined>("tokensieve.validateDocument");
  const problems = (uri: vscode.Uri) =>
    vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "Tokensieve");
  before(async () => {
    await tokensieveApi();
    await files.write(
      "validate.schema.json",
      JSON.stringify({ type: "object", properties: { port: { type: "integer" } }, required: ["port"] }),
    );
  });

  it("accepts a valid document", async () => {
    const uri = await files.write("valid.json", '{ "$schema": "./validate.schema.json", "port": 80 }');
    await openAtBar(uri);
    assert.equal(await validate(), true);
    assert.deepEqual(problems(uri), []);
  });

  it("marks the first byte that cannot continue, says what was expected, and forgets it at the next edit", async () => {
    const uri = await files.write("invalid.json", '{ "$schema": "./validate.schema.json", "port": "é" }');
    const editor = await openAtBar(uri);
    assert.equal(await validate(), false);
    const [problem] = problems(uri);
    assert.ok(problem);
    assert.equal(editor.document.getText(problem.range), '"');
    assert.match(problem.message, /0–9|1–9/);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), " "));
    await waitFor("the mark to go", () => problems(uri).length === 0);
  });

  it("says where a document ends too early", async () => {
    const uri = await files.write("early.json", '{ "$schema": "./validate.schema.json", "port": 8');
    await openAtBar(uri);
    assert.equal(await validate(), false);
    assert.equal(problems(uri)[0]?.code, "text-incomplete");
  });
});
