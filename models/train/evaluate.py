"""Held-out bits per byte, per language, and what Q8_0 costs.

  python evaluate.py --data DATA_DIR --tokenizer ../tokenizer.json --checkpoint final.pt [--kilobytes 150]

Documents of held-out packages (their first 20 kB) are scored in windows of the context length,
each window from its own start (no overlap), documents preceded by
<|endoftext|> as in training. "fim" is the bits per byte of the middle alone,
given prefix and suffix (PSM), against the same text given the prefix only.
"""
import argparse, json, math, random
import gguf
import numpy as np
import torch
import torch.nn.functional as F
from data import choose_span
from model import Config, Model
from vocabulary import Vocabulary

GROUPS = {"TypeScript": ("ts", "dts"), "JavaScript": ("js",), "JSON": ("json",), "Markdown": ("md", "changelog"),
          "other": ("csv", "jsonl", "sql", "interface", "table", "diff", "commit", "contact", "pgn", "arith", "dates", "semver")}


@torch.no_grad()
def nll(model, ids):
    x = torch.tensor([ids])
    return F.cross_entropy(model(x[:, :-1])[0], x[0, 1:], reduction="none")


def score(model, tok, texts, budget, n=1024):
    eot = tok.id("<|endoftext|>")
    bits = size = count = 0
    for t in texts:
        if size > budget:
            break
        t = t[:20000]
        ids = [eot] + tok.encode(t)
        for i in range(0, len(ids) - 1, n):
            bits += nll(model, ids[i:i + n + 1]).sum().item() / math.log(2)
        size += len(t.encode())
        count += 1
    return bits, size, count


def fim(model, tok, texts, k, rng):
    pre, suf, mid = (tok.id(f"<|fim_{s}|>") for s in ("prefix", "suffix", "middle"))
    start, e = tok.id("<|endoftext|>"), tok.encode
    both = left = size = 0
    while k:
        t = rng.choice(texts)
        a = t.rfind("\n", 0, rng.randrange(len(t))) + 1
        t = t[a:a + 1500]
        t = t[:t.rfind("\n") + 1]
        if len(t) < 300:
            continue
        a, b = choose_span(t, rng)
        if not 3 <= b - a <= 300:
            continue
        m = e(t[a:b])
        p, s = e(t[:a])[-400:], e(t[b:])[:400]
        both += nll(model, [pre] + p + [suf] + s + [mid] + m)[-len(m):].sum().item()
        left += nll(model, [start] + p + m)[-len(m):].sum().item()
        size += len(t[a:b].encode())
        k -= 1
    return both / size / math.log(2), left / size / math.log(2)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", required=True)
    ap.add_argument("--tokenizer", required=True)
    ap.add_argument("--checkpoint", required=True)
    ap.add_argument("--kilobytes", type=float, default=150)
    ap.add_argument("--fim", type=int, default=300)
    ap.add_argument("--q8", action="store_true", help="score the weights after Q8_0 as well")
    a = ap.parse_args()
    torch.set_num_threads(1)
    ck = torch.load(a.checkpoint, map_location="cpu", weights_only=True)
    tok = Vocabulary(a.tokenizer)
    by = {}
    for line in open(f"{a.data}/heldout.jsonl"):
        d = json.loads(line)
        by.setdefault(d["cat"], []).append(d["text"])
    for v in by.values():
        random.Random(11).shuffle(v)
    print("tokens seen", ck["tokens"])
    for name in ["fp32"] + ["q8_0"] * a.q8:
        model = Model(Config(**ck["config"])).eval()
        state = {k: v.clone() for k, v in ck["model"].items()}
        if name == "q8_0":
            for k, v in state.items():
                if v.dim() == 2:
                    q = gguf.GGMLQuantizationType.Q8_0
                    state[k] = torch.from_numpy(np.array(gguf.quants.dequantize(gguf.quants.quantize(v.numpy(), q), q)))
        model.load_state_dict(state)
        result, total = {}, [0, 0]
        for group, cats in GROUPS.items():
            g, parts = [0, 0], []
            for c in cats:
                if c in by:
                    budget = a.kilobytes * 1000 * (1 if group != "other" else 0.12) * (0.3 if c in ("dts", "changelog") else 1)
                    b, s, n = score(model, tok, by[c], budget)
                    g[0] += b
                    g[1] += s
                    parts.append(f"{c} {b / s:.3f}")
            result[group] = round(g[0] / g[1], 3)
            total = [total[0] + g[0], total[1] + g[1]]
            print(name, group, result[group], f"({g[1] / 1000:.0f} kB;", ", ".join(parts) + ")", flush=True)
        print(name, "all", round(total[0] / total[1], 3))
        if name == "fp32" and a.fim:
            f, l = fim(model, tok, by["ts"] + by["js"] + by["json"], a.fim, random.Random(5))
            print(f"fim: middle {f:.3f} bits per byte with the suffix, {l:.3f} from the prefix alone")


if __name__ == "__main__":
    main()
