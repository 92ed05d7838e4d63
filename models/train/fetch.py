"""Download the corpus packages.

  python fetch.py --out PKG_DIR corpus.json          # the pinned versions
  python fetch.py --out PKG_DIR --names names.txt    # newest versions, then see pin.py

npm packages are fetched with `npm pack` (no install scripts run); source
distributions from PyPI with `pip download --no-binary`.
"""
import argparse, json, os, subprocess
from concurrent.futures import ThreadPoolExecutor


def npm_pack(spec, out):
    p = subprocess.run(["npm", "pack", spec, "--pack-destination", out, "--json", "--ignore-scripts"],
                       capture_output=True, text=True, timeout=180)
    if p.returncode != 0:
        return spec, None
    info = json.loads(p.stdout)
    info = info[0] if isinstance(info, list) else next(iter(info.values()))
    return spec, {"registry": "npm", "name": info["name"], "version": info["version"], "file": info["filename"].replace("@", "").replace("/", "-")}


def pypi_sdist(spec, out):
    p = subprocess.run(["pip", "download", "--no-deps", "--no-binary", ":all:", "--no-build-isolation", "-d", out, spec],
                       capture_output=True, text=True, timeout=300)
    return spec, p.returncode == 0


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("corpus", nargs="?")
    ap.add_argument("--names")
    ap.add_argument("--out", required=True)
    a = ap.parse_args()
    os.makedirs(a.out, exist_ok=True)
    if a.names:
        specs = [s for s in open(a.names).read().split() if s]
    else:
        specs = [f'{p["name"]}@{p["version"]}' for p in json.load(open(a.corpus))["packages"] if p["registry"] == "npm"]
        for p in json.load(open(a.corpus))["packages"]:
            if p["registry"] == "pypi":
                pypi_sdist(f'{p["name"]}=={p["version"]}', a.out)
    done, failed = [], []
    with ThreadPoolExecutor(10) as ex:
        for spec, info in ex.map(lambda s: safe(npm_pack, s, a.out), specs):
            (done.append(info) if info else failed.append(spec))
    json.dump(done, open(os.path.join(a.out, "fetched.json"), "w"), indent=1)
    print(len(done), "fetched;", "failed:", failed)


def safe(f, spec, out):
    try:
        return f(spec, out)
    except Exception as e:  # a package that cannot be had is skipped, and listed
        print("skip", spec, type(e).__name__)
        return spec, None


if __name__ == "__main__":
    main()
