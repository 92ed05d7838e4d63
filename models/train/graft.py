"""Weights to start from for a new tokenizer: the blocks of a trained model under new embedding rows.

  python graft.py --checkpoint old.pt --old ../tokenizer.json --new ../tokensieve-mini-spm.model --out init.pt

The row of a token is the mean of the rows of the old tokenizer's tokens of the same bytes; special tokens keep
theirs; the row of the unknown token, which no text becomes, is the mean of all.
"""
import argparse
import torch
from tokenizer import SPECIAL
from vocabulary import Vocabulary


def byte_token(old):
    """Id of each byte in the byte-level alphabet of GPT-2."""
    plain = [*range(0x21, 0x7f), *range(0xa1, 0xad), *range(0xae, 0x100)]
    sign, n = {b: chr(b) for b in plain}, 0
    for b in range(256):
        if b not in sign:
            sign[b] = chr(256 + n)
            n += 1
    return [old.id(sign[b]) for b in range(256)]


def main():
    ap = argparse.ArgumentParser()
    for x in ("checkpoint", "old", "new", "out"):
        ap.add_argument("--" + x, required=True)
    a = ap.parse_args()
    ck = torch.load(a.checkpoint, weights_only=True)
    old, new = Vocabulary(a.old), Vocabulary(a.new)
    rows, bytes_ = ck["model"]["embed.weight"], byte_token(old)
    out = torch.empty(new.size, rows.size(1))
    same = 0
    for i in range(new.size):
        piece = new.sp.id_to_piece(i)
        if new.sp.is_unknown(i):
            out[i] = rows.mean(0)
            continue
        if piece in SPECIAL:
            ids = [old.id(piece)]
        elif new.sp.is_byte(i):
            ids = [bytes_[int(piece[3:5], 16)]]
        else:
            ids = old.encode(piece.replace("▁", " "))
        same += len(ids) == 1
        out[i] = rows[ids].mean(0)
    ck["model"]["embed.weight"] = out
    ck["config"]["vocab"] = new.size
    torch.save({"config": ck["config"], "model": ck["model"], "tokens": 0, "step": 0, "seconds": 0}, a.out)
    print(f"{new.size} rows, {same} of them one old row")


if __name__ == "__main__":
    main()
