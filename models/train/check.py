"""What llama.cpp has to reproduce: token ids of many texts, next-token probabilities of some prompts.

  python check.py --data DATA_DIR --tokenizer ../tokenizer.json --checkpoint final.pt --out check.json
  node check.mjs ../tokensieve-mini.gguf check.json
"""
import argparse, json, random
import torch
from data import Packer, load
from model import Config, Model
from vocabulary import Vocabulary

ODD = ["é", "ß", "漢字", "かな", "😀", "👩‍👩‍👧", "🇩🇪", "\u00a0", "\u2003", "\u3000", "\u200b", "\ufeff", "\u0085", "\u2028", "\x0b", "\x0c", "\t", "\r", "\n",
       "\r\n", "  ", "    ", "\x01", "ſ", "İ", "Ⅷ", "½", "²", "٣", "९", "﷽", "e\u0301", "\u0301", "'s", "'S", "'LL", "'ſ", "...", "{", "}", ";", "a", "B", "7",
       "12", "0x1F", "_", "$", "ａ", "𝒳", "\U0010ffff", "ÿ", "€", "–", "“", "न", "ी", "ไ", "한국어", "ا", "1", "ǅ", "ʰ", "\u2060", "\u180e", "\u1680"]


def texts(docs, r):
    for d in docs:
        yield d[:3000]
    for d in r.sample(docs, 400):
        a = r.randrange(len(d))
        yield d[a:a + r.randrange(1, 300)]
        yield d[:800].replace("\n", "\r\n")
        yield d[:800].replace("  ", "\t")
    for _ in range(4000):
        yield "".join(r.choice(ODD) for _ in range(r.randrange(1, 25)))
    for _ in range(1500):
        yield "".join(chr(r.choice([r.randrange(1, 0x300), r.randrange(0x300, 0xd800), r.randrange(0xe000, 0x20000)])) for _ in range(r.randrange(1, 40)))


def main():
    ap = argparse.ArgumentParser()
    for x in ("data", "tokenizer", "checkpoint", "out"):
        ap.add_argument("--" + x, required=True)
    a = ap.parse_args()
    torch.set_num_threads(1)
    tok = Vocabulary(a.tokenizer)
    docs = [json.loads(l)["text"] for l in open(f"{a.data}/heldout.jsonl")]
    ck = torch.load(a.checkpoint, weights_only=True)
    model = Model(Config(**ck["config"])).eval()
    model.load_state_dict(ck["model"])
    rows = Packer(load(f"{a.data}/heldout.jsonl"), tok, 5)
    out = {"texts": [{"text": t, "ids": tok.encode(t)} for t in texts(docs, random.Random(3))], "prompts": []}
    with torch.no_grad():
        for n in (8, 20, 60, 150, 400, 900) * 10:
            ids = rows.row(n)
            p = model(torch.tensor([ids]))[0, -1].softmax(-1)
            top = p.topk(10)
            out["prompts"].append({"ids": ids, "top": [[int(i), float(v)] for i, v in zip(top.indices, top.values)]})
    json.dump(out, open(a.out, "w"))


if __name__ == "__main__":
    main()
