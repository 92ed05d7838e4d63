"""Train on CPU with several single-threaded workers that share the weights.

  python train.py --data DATA_DIR --tokenizer ../tokenizer.json --out CKPT_DIR --begin 10:00 --end 11:00

A step is a fixed number of micro-batches that the workers take from a shared
counter, so a busy core slows the step no more than it must. The schedule
depends on the wall clock: after a short warm-up it is constant, then decays
linearly to zero at --end, however fast the machine turned out to be. The sequence length grows 256 -> 512 -> 1024.
"""
import argparse, os, time
import torch
import torch.multiprocessing as mp
from dataclasses import asdict
from model import Config, Model
from vocabulary import Vocabulary

MICRO = 1024   # tokens of a micro-batch
PER_STEP = 4   # micro-batches of a step
PHASES = ((0.55, 256), (0.88, 512), (2.0, 1024))
WARM, DECAY = 40, 0.45            # steps; share of the time
MUON_LR, EMBED_LR, NORM_LR = 0.02, 0.003, 0.002


@torch.no_grad()
def newton_schulz(g, steps=5):
    x = g.bfloat16()
    t = x.size(0) > x.size(1)
    x = x.T if t else x
    x = x / (x.float().norm() + 1e-7).bfloat16()
    for _ in range(steps):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
    return (x.T if t else x).float()


def plan(frac, step):
    lr = min(1.0, step / WARM, max(0.0, (1 - frac) / DECAY))
    return lr, next(t for f, t in PHASES if frac < f)


def worker(w, n, a, cfg, flat, grads, ctl, counter, barrier):
    torch.set_num_threads(1)
    torch.manual_seed(w)
    parent = os.getppid()
    from data import Packer, load
    model = Model(cfg)
    params = list(model.named_parameters())
    off, where = 0, {}
    for name, p in params:
        where[name] = (off, off + p.numel())
        p.data = flat[off:off + p.numel()].view_as(p)
        p.grad = grads[w][off:off + p.numel()].view_as(p)
        off += p.numel()
    packer = Packer(load(f"{a.data}/train.jsonl"), Vocabulary(a.tokenizer), a.seed * 100 + w, a.fim, a.mix)
    # Split the parameters between the workers by size.
    load_of, mine = [0] * n, []
    for name, p in sorted(params, key=lambda x: -x[1].numel()):
        i = load_of.index(min(load_of))
        load_of[i] += p.numel()
        if i == w:
            mine.append((name, p))
    state = {name: {} for name, _ in mine}
    log = open(os.path.join(a.out, "log.txt"), "a") if w == 0 else None
    start, tokens, step, last_save, ema, t_log, tok_log = time.time(), a.tokens, 0, time.time(), None, time.time(), a.tokens
    while True:
        if os.getppid() != parent:  # the starter was ended
            os._exit(1)
        if w == 0:
            frac = (time.time() - a.begin) / (a.end - a.begin)
            lr, t = plan(frac, step + (1 if not a.init else WARM // 2))
            ctl[0], ctl[1], ctl[2] = lr, t, float(frac >= 1)
            ctl[3] = 0
            counter.value = 0
        barrier.wait()
        if ctl[2]:
            break
        lr, t = float(ctl[0]), int(ctl[1])
        total, k = 0.0, 0
        grads[w].zero_()
        while True:
            with counter.get_lock():
                if counter.value >= PER_STEP:
                    break
                counter.value += 1
            b = torch.from_numpy(packer.batch(MICRO // t, t))
            with torch.autocast("cpu", torch.bfloat16):
                loss = model(b[:, :-1], b[:, 1:])
            (loss / PER_STEP).backward()
            total += loss.item()
            k += 1
        with counter.get_lock():
            ctl[3] += total
        barrier.wait()
        step_loss = float(ctl[3]) / PER_STEP
        for name, p in mine:
            s, e = where[name]
            g = grads[0][s:e].clone()
            for i in range(1, n):
                g += grads[i][s:e]
            g = g.view_as(p)
            st = state[name]
            if p.dim() == 2 and not name.startswith("embed"):
                m = st.setdefault("m", torch.zeros_like(g))
                m.lerp_(g, 0.05)
                u = newton_schulz(g.lerp(m, 0.95))
                p.data.mul_(1 - a.rate * MUON_LR * lr * 0.05)
                p.data.add_(u, alpha=-a.rate * MUON_LR * lr * max(1, p.size(0) / p.size(1)) ** 0.5)
            else:
                b1, b2 = 0.9, 0.98
                m, v = st.setdefault("m", torch.zeros_like(g)), st.setdefault("v", torch.zeros_like(g))
                st["t"] = st.get("t", 0) + 1
                m.lerp_(g, 1 - b1)
                v.lerp_(g * g, 1 - b2)
                rate = a.rate * (EMBED_LR if p.dim() == 2 else NORM_LR) * lr
                p.data.addcdiv_(m / (1 - b1 ** st["t"]), (v / (1 - b2 ** st["t"])).sqrt_().add_(1e-10), value=-rate)
        step += 1
        tokens += PER_STEP * MICRO
        if w == 0:
            ema = step_loss if ema is None else 0.97 * ema + 0.03 * step_loss
            now = time.time()
            if step % 20 == 0:
                line = f"step {step} tokens {tokens / 1e6:.2f}M loss {ema:.3f} lr {lr:.2f} len {t} {(tokens - tok_log) / (now - t_log):.0f} tok/s {frac * 100:.1f}%"
                print(line, flush=True)
                log.write(line + "\n")
                log.flush()
                t_log, tok_log = now, tokens
            if now - last_save > 150:
                save(model, cfg, tokens, step, a, "latest.pt", now - start)
                last_save = now
        barrier.wait()
    if w == 0:
        save(model, cfg, tokens, step, a, "final.pt", time.time() - start)
        print("done", step, tokens)


def save(model, cfg, tokens, step, a, name, seconds):
    path = os.path.join(a.out, name)
    torch.save({"config": asdict(cfg), "model": {k: v.clone() for k, v in model.state_dict().items()}, "tokens": tokens, "step": step, "seconds": seconds}, path + ".tmp")
    os.replace(path + ".tmp", path)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", required=True)
    ap.add_argument("--tokenizer", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--begin", required=True, help="HH:MM at which the schedule begins")
    ap.add_argument("--end", required=True, help="HH:MM at which the learning rate reaches zero")
    ap.add_argument("--workers", type=int, default=2)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--init", help="checkpoint to go on from: after an interruption, or graft.py's")
    ap.add_argument("--rate", type=float, default=1, help="factor of all learning rates")
    ap.add_argument("--fim", type=float, default=0.5, help="share of rows' pieces that are fill-in-the-middle examples")
    ap.add_argument("--mix", default="code", help="sampling weights, a name in data.py")
    a = ap.parse_args()
    day = time.strftime("%Y-%m-%d ")
    a.begin, a.end = (time.mktime(time.strptime(day + x, "%Y-%m-%d %H:%M")) for x in (a.begin, a.end))
    a.tokens = 0
    os.makedirs(a.out, exist_ok=True)
    torch.manual_seed(a.seed)
    cfg = Config(vocab=Vocabulary(a.tokenizer).size, dim=192, layers=5, heads=3, kv_heads=1, ffn=512)
    model = Model(cfg)
    if a.init:
        ck = torch.load(a.init, weights_only=True)
        model.load_state_dict(ck["model"])
        a.tokens = ck["tokens"]
    flat = torch.cat([p.detach().reshape(-1) for p in model.parameters()]).share_memory_()
    grads = torch.zeros(a.workers, flat.numel()).share_memory_()
    ctl = torch.zeros(4, dtype=torch.float64).share_memory_()
    print(f"{flat.numel():,} parameters", flush=True)
    ctx = mp.get_context("spawn")
    mp.spawn(worker, (a.workers, a, cfg, flat, grads, ctl, ctx.Value("i", 0), ctx.Barrier(a.workers)), nprocs=a.workers)


if __name__ == "__main__":
    main()
