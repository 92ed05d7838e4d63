"""Train the byte-level BPE tokenizer (llama.cpp pre-tokenizer "qwen2").

  python tokenizer.py --data DATA_DIR --out tokenizer.json
"""
import argparse, json, random
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

# Exactly the expression that llama.cpp uses for tokenizer.ggml.pre = "qwen2":
# like Llama 3's, but each digit is a token of its own.
QWEN2 = (r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
         r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
SPECIAL = ["<|endoftext|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"]
SHARE = {"ts": 30, "dts": 8, "js": 14, "json": 8, "md": 8, "changelog": 1.5, "commit": 0.7, "sql": 1.2, "csv": 0.8,
         "jsonl": 0.8, "interface": 1, "table": 0.7, "diff": 1.2, "contact": 0.5, "pgn": 0.7, "arith": 0.2, "dates": 0.2, "semver": 0.2}


def read_options(size):
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--size", type=int, default=size)
    ap.add_argument("--megabytes", type=float, default=40)
    return ap.parse_args()


def sample(data, megabytes, seed):
    """Texts of the training split, as much of each kind as SHARE says."""
    docs = [json.loads(l) for l in open(f"{data}/train.jsonl")]
    random.Random(seed).shuffle(docs)
    left = {c: megabytes * 1e6 * s / sum(SHARE.values()) for c, s in SHARE.items()}
    texts = []
    for d in docs:
        if left.get(d["cat"], 0) > 0:
            left[d["cat"]] -= len(d["text"])
            texts.append(d["text"])
    return texts


def main():
    a = read_options(6144)
    texts = sample(a.data, a.megabytes, 1)
    tok = Tokenizer(models.BPE(byte_fallback=False, ignore_merges=False))
    tok.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(QWEN2), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tok.decoder = decoders.ByteLevel()
    tok.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=a.size, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), max_token_length=24))
    tok.save(a.out)
    n = sum(len(tok.encode(t).ids) for t in texts[:400])
    print(tok.get_vocab_size(), "tokens;", sum(len(t.encode()) for t in texts[:400]) / n, "bytes per token")


if __name__ == "__main__":
    main()
