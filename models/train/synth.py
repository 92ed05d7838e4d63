"""Template-made text for the formats that packages hold little of.

  python synth.py --data DATA_DIR --chess games.jsonl

Appends to DATA_DIR/train.jsonl and heldout.jsonl: contact cards, CSV, JSON
lines, SQL selects, arithmetic, date-times, semver, Markdown tables,
interfaces, unified diffs (of edited corpus files), commit subjects (rewritten
from changelogs of the corpus) and chess move text.
"""
import argparse, csv, difflib, io, json, random, re
from faker import Faker

FIELDS = "id name title status price total quantity count email_verified created_at updated_at user_id order_id product_id category city country region amount currency level score active type description url path version source target parent_id slug sku stock rating weight height duration language role team priority due_date started_at finished_at code label value".split()
TABLES = "users orders products customers employees departments invoices payments sessions events posts comments tags categories accounts transactions projects tasks files logs teams items reviews shipments inventory suppliers messages notifications roles permissions".split()


class Gen:
    def __init__(self, seed):
        self.r = random.Random(seed)
        Faker.seed(seed)
        self.f = Faker(["en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT"])
        self.en = Faker(["en_US", "en_GB"])

    def contact(self):
        r, out = self.r, []
        style = r.randrange(4)
        for _ in range(r.randint(1, 8)):
            loc = self.f[r.choice(["en_US", "en_US", "en_GB", "de_DE", "fr_FR", "es_ES"])]
            name, phone, addr = loc.name(), loc.phone_number(), loc.address()
            if style == 0:
                s = f"Name: {name}\nPhone: {phone}\nAddress: {addr.replace(chr(10), ', ')}\n"
            elif style == 1:
                s = f"{name}\n{addr}\n{phone}\n"
            elif style == 2:
                s = f"Name: {name}\nCompany: {loc.company()}\nTitle: {loc.job()}\nPhone: {phone}\nAddress: {addr.replace(chr(10), ', ')}\n"
            else:
                s = f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nTEL;TYPE=cell:{phone}\nADR:;;{addr.replace(chr(10), ';')}\nEND:VCARD\n"
            out.append(s)
        return "\n".join(out)

    def value(self, k):
        r = self.r
        if k.endswith("_at"): return self.stamp()
        if k.endswith("date"): return f"{r.randint(1990, 2030)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}"
        if k == "id" or k.endswith("_id") or k in ("quantity", "count", "stock", "level", "duration", "height", "weight"): return r.randint(1, 10 ** r.randint(1, 4))
        if k in ("price", "total", "amount", "score", "rating", "value"): return round(r.uniform(0, 10 ** r.randint(1, 4)), 2)
        if k in ("active", "email_verified"): return r.random() < .5
        if k == "status": return r.choice(["active", "pending", "closed", "open", "done", "failed", "paid", "shipped", "cancelled", "draft"])
        if k == "name": return self.en.name()
        if k == "city": return self.en.city()
        if k == "country": return self.en.country() if r.random() < .6 else r.choice(["US", "DE", "FR", "GB", "JP", "ES"])
        if k == "currency": return r.choice(["USD", "EUR", "GBP", "JPY", "CHF"])
        if k == "version": return self.ver()
        if k in ("url", "path"): return ("https://example.com" if k == "url" else "") + "/" + "/".join(self.en.word() for _ in range(r.randint(1, 3)))
        if k in ("description", "title"): return " ".join(self.en.words(r.randint(2, 7))).capitalize()
        if k == "priority": return r.choice(["low", "medium", "high", "urgent"])
        if k == "role": return r.choice(["admin", "editor", "viewer", "owner", "member", "guest"])
        if k == "language": return r.choice(["en", "de", "fr", "es", "ja", "TypeScript", "Python", "Go", "Rust"])
        if k in ("sku", "code"): return f"{self.en.lexify('??').upper()}-{r.randint(100, 99999)}"
        return self.en.word()

    def fields(self, lo=3, hi=7):
        fs = self.r.sample(FIELDS, self.r.randint(lo, hi))
        return (["id"] + [f for f in fs if f != "id"]) if self.r.random() < .5 else fs

    def csv(self):
        fs, b = self.fields(), io.StringIO()
        w = csv.writer(b, delimiter=self.r.choice(",,,,;\t"), lineterminator="\n")
        w.writerow(fs)
        for i in range(self.r.randint(4, 40)):
            w.writerow([i + 1 if f == "id" else str(v).lower() if isinstance(v := self.value(f), bool) else v for f in fs])
        return b.getvalue()

    def jsonl(self):
        fs, sep = self.fields(), self.r.choice([(",", ":"), (", ", ": ")])
        rows = []
        for i in range(self.r.randint(4, 30)):
            d = {f: i + 1 if f == "id" else self.value(f) for f in fs}
            if self.r.random() < .2: d["tags"] = self.en.words(self.r.randint(0, 3))
            if self.r.random() < .1: d[self.r.choice(fs)] = None
            rows.append(json.dumps(d, separators=sep, ensure_ascii=False))
        return "\n".join(rows) + "\n"

    def cond(self, fs, p=""):
        r, k = self.r, self.r.choice(fs)
        v = self.value(k)
        lit = str(v).upper() if isinstance(v, bool) else str(v) if not isinstance(v, str) else "'" + v.replace("'", "''") + "'"
        c = r.randrange(8)
        if c == 0: return f"{p}{k} IS {'NOT ' if r.random() < .6 else ''}NULL"
        if c == 1 and isinstance(v, str): return f"{p}{k} LIKE '{r.choice(['%', ''])}{v.split()[0].replace(chr(39), '')[:8] if v.split() else 'a'}%'"
        if c == 2: return f"{p}{k} IN ({lit}, " + ", ".join((lambda x: str(x) if not isinstance(x, str) else "'" + x.replace("'", "''") + "'")(self.value(k)) for _ in range(r.randint(1, 3))) + ")"
        if c == 3 and isinstance(v, (int, float)) and not isinstance(v, bool): return f"{p}{k} BETWEEN {v} AND {v + r.randint(1, 100)}"
        return f"{p}{k} {r.choice(['=', '=', '=', '<', '>', '>=', '<=', '<>'])} {lit}"

    def select(self):
        r, t, fs = self.r, self.r.choice(TABLES), self.fields(2, 5)
        nl = r.choice([" ", "\n"])
        where = lambda p="": (f"{nl}WHERE " + (f" {r.choice(['AND', 'OR'])} " if nl == " " else f"\n  {r.choice(['AND', 'OR'])} ").join(self.cond(fs, p) for _ in range(r.randint(1, 3)))) if r.random() < .75 else ""
        tail = (f"{nl}ORDER BY {r.choice(fs)}{r.choice(['', ' ASC', ' DESC', ' DESC'])}" if r.random() < .5 else "") + (f"{nl}LIMIT {r.choice([1, 5, 10, 20, 50, 100])}" + (f" OFFSET {r.choice([10, 20, 100])}" if r.random() < .2 else "") if r.random() < .5 else "")
        k = r.randrange(5)
        if k == 0:
            s = f"SELECT {r.choice(['*', ', '.join(fs), 'DISTINCT ' + fs[0], 'COUNT(*)'])}{nl}FROM {t}{where()}{tail}"
        elif k == 1:
            g, agg = fs[0], r.choice(["COUNT(*)", f"SUM({fs[-1]})", f"AVG({fs[-1]})", f"MAX({fs[-1]})", f"MIN({fs[-1]})"])
            s = f"SELECT {g}, {agg} AS {r.choice(['total', 'n', 'result', 'average', 'num'])}{nl}FROM {t}{where()}{nl}GROUP BY {g}" + (f"{nl}HAVING {agg} > {r.randint(1, 100)}" if r.random() < .4 else "") + (f"{nl}ORDER BY {agg} DESC" if r.random() < .3 else "")
        elif k == 2:
            u = r.choice(TABLES); a, b = t[0], u[0] if u[0] != t[0] else u[:2]
            s = f"SELECT {', '.join(r.choice([a, b]) + '.' + f for f in fs)}{nl}FROM {t} {r.choice(['', 'AS '])}{a}{nl}{r.choice(['', 'LEFT ', 'INNER '])}JOIN {u} {b} ON {b}.id = {a}.{u.rstrip('s')}_id{where(a + '.')}" + (f"{nl}ORDER BY {a}.{fs[0]} DESC" if r.random() < .4 else "") + (f"{nl}LIMIT {r.choice([5, 10, 100])}" if r.random() < .4 else "")
        elif k == 3:
            s = f"SELECT {', '.join(fs)}{nl}FROM {t}{nl}WHERE {fs[0]} IN (SELECT {t.rstrip('s')}_id FROM {r.choice(TABLES)} WHERE {self.cond(fs)}){tail}"
        else:
            s = f"SELECT {', '.join(fs)}, CASE WHEN {self.cond(fs)} THEN '{self.en.word()}' ELSE '{self.en.word()}' END AS {r.choice(['label', 'bucket', 'state'])}{nl}FROM {t}{where()}{tail}"
        return s if r.random() < .7 else re.sub(r"\b(SELECT|FROM|WHERE|AND|OR|ORDER BY|LIMIT|GROUP BY|AS|DESC|JOIN|ON|IN|IS|NOT|NULL|LIKE|LEFT)\b", lambda m: m[0].lower(), s)

    def sql(self):
        return "\n\n".join(self.select() + r for r in self.r.choices([";", ";", ""], k=1) for _ in range(self.r.randint(1, 8))) + "\n"

    def expr(self, d=0):
        r = self.r
        if d > 3 or r.random() < .3 + d * .1:
            return str(r.choice([r.randint(0, 9), r.randint(0, 100), r.randint(0, 9999), round(r.uniform(0, 100), r.randint(1, 3))]))
        a, b, o = self.expr(d + 1), self.expr(d + 1), r.choice("+-*/+-*")
        return f"({a} {o} {b})" if r.random() < .35 else f"{a} {o} {b}"

    def arith(self):
        sp = self.r.random() < .25
        return "\n".join(e.replace(" ", "") if sp else e for e in (self.expr() for _ in range(self.r.randint(3, 25)))) + "\n"

    def stamp(self):
        r = self.r
        return f"{r.randint(1980, 2035)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}T{r.randint(0, 23):02}:{r.choice([0, 15, 30, r.randint(0, 59)]):02}:{r.choice([0, r.randint(0, 59)]):02}" + r.choice(["", f".{r.randint(0, 999):03}", ""]) + r.choice(["Z", "Z", "Z", f"{r.choice('+-')}{r.randint(0, 12):02}:{r.choice(['00', '00', '30'])}"])

    def dates(self):
        return "\n".join(self.stamp() for _ in range(self.r.randint(4, 25))) + "\n"

    def ver(self):
        r = self.r
        return f"{r.choice([0, 1, 2, 3, r.randint(0, 30)])}.{r.randint(0, 20)}.{r.randint(0, 30)}" + (f"-{r.choice(['alpha', 'beta', 'rc', 'next', 'canary', 'dev'])}.{r.randint(0, 20)}" if r.random() < .25 else "") + (f"+{r.choice(['build', 'sha', 'exp'])}.{r.randint(1, 5114)}" if r.random() < .08 else "")

    def semver(self):
        return "\n".join(self.ver() for _ in range(self.r.randint(4, 30))) + "\n"

    def table(self):
        fs = self.fields(2, 5)
        head = [f.replace("_", " ").title() if self.r.random() < .9 else f for f in fs]
        rows = [[f"`{v}`" if self.r.random() < .1 else str(v) for v in (self.value(f) for f in fs)] for _ in range(self.r.randint(2, 12))]
        if self.r.random() < .6:
            w = [max(len(x[i]) for x in [head] + rows) for i in range(len(fs))]
            line = lambda x: "| " + " | ".join(c.ljust(n) for c, n in zip(x, w)) + " |"
            return "\n".join([line(head), "| " + " | ".join("-" * n for n in w) + " |"] + [line(x) for x in rows]) + "\n"
        return "\n".join(["| " + " | ".join(x) + " |" for x in [head, [self.r.choice(["---", "---", ":--", "--:"]) for _ in fs]] + rows]) + "\n"

    def interface(self):
        r, out = self.r, []
        camel = lambda s: re.sub(r"_(.)", lambda m: m[1].upper(), s)
        for _ in range(r.randint(1, 4)):
            n = "".join(w.capitalize() for w in [r.choice(TABLES).rstrip("s"), r.choice(["", "", "Options", "Props", "State", "Config", "Item", "Response", "Input"])])
            b = []
            for f in self.fields(2, 8):
                v = self.value(f)
                t = "boolean" if isinstance(v, bool) else "number" if isinstance(v, (int, float)) else r.choice(["string", "string", "string", "string | null", "Date" if f.endswith("at") else "string", "'" + "' | '".join(dict.fromkeys(self.en.words(3))) + "'"])
                if r.random() < .12: t = r.choice([f"{t}[]" if "|" not in t else f"({t})[]", f"Record<string, {t}>", f"Promise<{t}>", f"Map<string, {t}>"])
                if r.random() < .2: b.append(f"  /** The {f.replace('_', ' ')} of this {n}. */")
                b.append(f"  {r.choice(['', '', '', '', 'readonly '])}{camel(f)}{r.choice(['', '', '?'])}: {t};")
            if r.random() < .25: b.append(f"  {r.choice(['get', 'find', 'update', 'create', 'delete', 'on'])}{n}({r.choice(['', 'id: string', 'options?: ' + n, 'event: Event'])}): {r.choice(['void', n, f'Promise<{n}>', 'boolean'])};")
            out.append(f"{r.choice(['', 'export '])}interface {n}{r.choice(['', '', ' extends Base' + n])} {{\n" + "\n".join(b) + "\n}\n")
        return "\n".join(out)

    def diff(self, doc):
        r, path = self.r, doc["path"]
        old = doc["text"].split("\n")
        if not 15 < len(old) < 900: return None
        names = re.findall(r"\b[a-z][A-Za-z]{3,14}\b", doc["text"])
        new = list(old)
        for _ in range(r.randint(1, 4)):
            i = r.randrange(len(new) - 3)
            k = r.randrange(5)
            if k == 0: del new[i:i + r.randint(1, 3)]
            elif k == 1 and names: new[i] = re.sub(r"\b[a-z][A-Za-z]{3,14}\b", r.choice(names), new[i], count=1)
            elif k == 2: j = r.randrange(len(old) - 2); new[i:i] = old[j:j + r.randint(1, 3)]
            elif k == 3: new[i] = new[i].replace("const ", "let ") if "const " in new[i] else new[i].replace("'", '"') if "'" in new[i] else re.sub(r"\d", str(r.randint(0, 9)), new[i])
            elif names:
                w = r.choice(names); j = r.randrange(max(1, len(new) - 40))
                new[j:j + 40] = [re.sub(rf"\b{w}\b", w + r.choice(["s", "Value", "Id", "Ref"]), x) for x in new[j:j + 40]]
        d = list(difflib.unified_diff(old, new, "a/" + path, "b/" + path, lineterm=""))
        if not d: return None
        return (f"diff --git a/{path} b/{path}\n" if r.random() < .5 else "") + "\n".join(d[:120]) + "\n"


def commits(doc, r):
    out, kindname = [], "feat"
    for line in doc["text"].split("\n"):
        h = re.match(r"#+ .*?(Features?|Bug Fixes|Fix|Chores?|Documentation|Performance|Refactor|Tests?|Patch Changes|Minor Changes)", line, re.I)
        if h:
            kindname = {"f": "feat", "b": "fix", "c": "chore", "d": "docs", "p": "perf", "r": "refactor", "t": "test", "m": "feat"}[h[1][0].lower()]
            if h[1].lower().startswith(("fix", "patch")): kindname = "fix"
            continue
        m = re.match(r"[*-] (?:\*\*([\w-]+):\*\* )?(.*)", line)
        if m:
            s = re.sub(r"\s*\(?\[[^\]]*\]\([^)]*\)\)?,?", "", m[2])
            s = re.sub(r"^[0-9a-f]{7,}: |^\s*Thanks .*?! - ", "", s).strip(" .,")
            if re.match(r"(feat|fix|chore|docs|perf|refactor|test|build|ci|style)(\([^)]*\))?!?: ", s): out.append(s)
            elif 8 < len(s) < 90: out.append(f"{kindname}{'(' + m[1] + ')' if m[1] else ''}: {s[0].lower() + s[1:]}")
    r.shuffle(out)
    return out


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", required=True)
    ap.add_argument("--chess", required=True)
    a = ap.parse_args()
    games = [json.loads(l) for l in open(a.chess)]
    for split, n, seed in (("heldout", 0.03, 99), ("train", 1, 5)):
        docs = [json.loads(l) for l in open(f"{a.data}/{split}.jsonl")]
        g, out = Gen(seed), []
        for cat, count in (("contact", 2500), ("csv", 1200), ("jsonl", 1200), ("sql", 4000), ("arith", 1500), ("dates", 900), ("semver", 900), ("table", 1500), ("interface", 3000)):
            for _ in range(int(count * n)):
                out.append((cat, getattr(g, cat)()))
        code = [d for d in docs if d["cat"] in ("ts", "js", "json")]
        for d in g.r.sample(code, min(len(code), int(6000 * n))):
            x = g.diff(d)
            if x: out.append(("diff", x))
        cs = [c for d in docs if d["cat"] == "changelog" for c in commits(d, g.r)]
        g.r.shuffle(cs)
        i = 0
        while i < len(cs):
            k = g.r.randint(1, 12); out.append(("commit", "\n".join(cs[i:i + k]) + "\n")); i += k
        out += [("pgn", x) for x in (games[:90] if split == "heldout" else games[90:])]
        with open(f"{a.data}/{split}.jsonl", "a") as f:
            tot = {}
            for cat, t in out:
                tot[cat] = tot.get(cat, 0) + len(t)
                f.write(json.dumps({"cat": cat, "pkg": "templates", "path": "", "text": t}, ensure_ascii=False) + "\n")
        print(split, tot)


if __name__ == "__main__":
    main()
