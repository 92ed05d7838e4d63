"""Packs documents into training rows, with fill-in-the-middle made on the fly."""
import json, random, re
import numpy as np
from vocabulary import Vocabulary

# Sampling weight of each kind of text: the first model's, and the second's, which reads more JSON and Markdown.
MIXES = {"code": {"ts": 40, "dts": 7, "js": 17, "json": 9, "md": 8.5, "changelog": 1.5, "commit": 1.2, "sql": 2.2, "csv": 1.6, "jsonl": 1.8,
                  "interface": 1.6, "table": 1.2, "diff": 2.0, "contact": 1.2, "pgn": 1.2, "arith": 0.6, "dates": 0.5, "semver": 0.5},
         "documents": {"ts": 29, "dts": 5, "js": 13, "json": 17, "md": 15, "changelog": 2.5, "commit": 1.2, "sql": 2.2, "csv": 2.2, "jsonl": 3.5,
                       "interface": 1.6, "table": 2.0, "diff": 2.0, "contact": 1.2, "pgn": 1.0, "arith": 0.6, "dates": 0.5, "semver": 0.5}}
PAIRS = {"(": ")", "[": "]", "{": "}", '"': '"', "'": "'", "`": "`"}


def load(path):
    by = {}
    for line in open(path):
        d = json.loads(line)
        often = 4 if re.search(r"(^|/)(package|tsconfig[\w.-]*)\.json$", d["path"]) else 1
        by.setdefault(d["cat"], []).extend([d["text"]] * often)
    return by


def choose_span(text, rng):
    """(start, end) of the middle: short and line-oriented more often than not."""
    n = len(text)
    k = rng.random()
    if k < 0.22:  # anything
        a, b = sorted((rng.randint(0, n), rng.randint(0, n)))
        return a, b
    a = rng.randint(0, n)
    if k < 0.55:  # the rest of a line
        e = text.find("\n", a)
        return a, n if e < 0 else e
    if k < 0.80:  # one to six whole lines, or from mid-line over some lines
        if rng.random() < 0.6:
            a = text.rfind("\n", 0, a) + 1
        e = a
        for _ in range(rng.choice((1, 1, 2, 2, 3, 4, 6))):
            e = text.find("\n", e) + 1
            if e == 0:
                return a, n
        return a, e - (rng.random() < 0.5 and e > a + 1)
    if k < 0.92:  # inside brackets or quotes
        m = re.compile(r"[(\[{\"'`]").search(text, a)
        if m:
            close, depth = PAIRS[m[0]], 0
            for i in range(m.end(), min(n, m.end() + 600)):
                if text[i] == close and depth == 0:
                    return m.end(), i
                depth += (text[i] == m[0]) - (text[i] == close)
    return a, min(n, a + rng.randint(1, 40))  # a few characters


class Packer:
    def __init__(self, by, tokenizer, seed, fim=0.5, mix="code"):
        self.rng = random.Random(seed)
        self.enc = tokenizer.encode
        self.eot, self.pre, self.suf, self.mid = (tokenizer.id(f"<|{s}|>") for s in ("endoftext", "fim_prefix", "fim_suffix", "fim_middle"))
        weights = MIXES[mix]
        self.cats = [c for c in weights if by.get(c)]
        self.w = [weights[c] for c in self.cats]
        self.by, self.fim = by, fim
        self.cum = {c: np.cumsum([min(len(t), 12000) for t in by[c]]) for c in self.cats}

    def window(self, chars):
        r = self.rng
        c = r.choices(self.cats, self.w)[0]
        t = self.by[c][int(np.searchsorted(self.cum[c], r.random() * self.cum[c][-1], "right"))]
        if len(t) > chars:
            if r.random() < 0.25:
                a = 0
            else:
                a = t.rfind("\n", 0, r.randint(0, len(t) - chars // 2)) + 1
            b = t.rfind("\n", a + chars // 2, a + chars) + 1
            return t[a:b or a + chars], False
        return t, True

    def plain(self, room):
        t = self.window(room * 8)[0]
        ids = []
        for _ in range(self.rng.choice((0, 1, 2))):  # tokens broken at a cursor, as in a prompt that ends there
            k = self.rng.randint(0, min(len(t), room * 2))
            ids += self.enc(t[:k])
            t = t[k:]
        ids += self.enc(t)
        return ids + [self.eot] if len(ids) < room else ids[:room]

    def piece(self, room):
        """Token ids of one document or window, at most `room`."""
        r = self.rng
        if r.random() >= self.fim or room < 48:
            return self.plain(room)
        t, _ = self.window(int(min(room, 40 + r.random() * 1000) * 2.9))
        for _ in range(4):
            a, b = choose_span(t, r)
            if b - a <= 0.6 * len(t):
                break
        p, m, s = self.enc(t[:a]), self.enc(t[a:b]), self.enc(t[b:])
        if len(m) > room // 2:
            return self.plain(room)
        over = len(p) + len(m) + len(s) + 4 - room
        if over > 0:  # keep what is nearest to the middle
            cut = min(len(s), (over + 1) // 2)
            s = s[:len(s) - cut]
            p = p[over - cut:]
            if len(p) + len(m) + len(s) + 4 > room:
                s = s[:max(0, room - 4 - len(p) - len(m))]
        if r.random() < 0.33:  # SPM: <PRE><SUF>suffix<MID>prefix middle
            return [self.pre, self.suf] + s + [self.mid] + p + m + [self.eot]
        return [self.pre] + p + [self.suf] + s + [self.mid] + m + [self.eot]

    def row(self, n):
        out = []
        if self.rng.random() < 0.5:
            out.append(self.eot)
        while len(out) < n:
            out += self.piece(n - len(out))
        return out[:n]

    def batch(self, rows, n):
        return np.array([self.row(n + 1) for _ in range(rows)], dtype=np.int64)
