"""Write ../DATA.md from corpus.json.   python data_card.py"""
import collections, json, os

here = os.path.dirname(os.path.abspath(__file__))
packages = json.load(open(os.path.join(here, "corpus.json")))["packages"]
total = collections.Counter()
for p in packages:
    for k, n in p["bytes"].items():
        total[(k, p["held_out"])] += n
names = {"ts": "TypeScript", "dts": "TypeScript declarations", "js": "JavaScript", "json": "JSON", "md": "Markdown", "changelog": "changelogs", "sql": "SQL", "csv": "CSV", "jsonl": "JSON lines"}
out = ["# Training data", "",
       f"{len(packages)} packages under permissive licences, fetched from the npm registry (and, where marked, PyPI) at the",
       "versions below. Sizes are characters kept after cleaning and deduplication, not package sizes. Packages marked",
       "*held out* were never trained on; the held-out scores in the model cards come from them alone. Both bundled models", "were trained on this text, with different shares of its kinds.", "",
       "| Kind | Training, kB | Held out, kB |", "| --- | ---: | ---: |"]
for k, label in names.items():
    out.append(f"| {label} | {total[(k, False)] / 1000:,.0f} | {total[(k, True)] / 1000:,.0f} |")
out += ["", "Text made from templates (train/synth.py, train/chess_moves.mjs) comes on top: see the model cards.", "",
        "| Package | Version | Licence | Kept, kB | |", "| --- | --- | --- | ---: | --- |"]
for p in sorted(packages, key=lambda p: p["name"].lower()):
    kept = f"{sum(p['bytes'].values()) / 1000:,.1f}"
    out.append(f"| {p['name']}{' (PyPI)' if p['registry'] == 'pypi' else ''} | {p['version']} | {p['licence']} | {kept} | {'held out' if p['held_out'] else ''} |")
open(os.path.join(here, "..", "DATA.md"), "w").write("\n".join(out) + "\n")
