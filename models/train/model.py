"""A small Llama-architecture language model."""
from dataclasses import dataclass
import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass
class Config:
    vocab: int = 6144
    dim: int = 256
    layers: int = 6
    heads: int = 4
    kv_heads: int = 2
    ffn: int = 704
    rope_base: float = 10000.0
    eps: float = 1e-5
    context: int = 1024

    @property
    def head_dim(self):
        return self.dim // self.heads


class Norm(nn.Module):
    def __init__(self, dim, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(dim)), eps

    def forward(self, x):
        return F.rms_norm(x, (x.size(-1),), self.weight.to(x.dtype), self.eps)


def rope_table(n, c):
    f = c.rope_base ** (-torch.arange(0, c.head_dim, 2).float() / c.head_dim)
    a = torch.outer(torch.arange(n).float(), f)
    return a.cos(), a.sin()


def rotate(x, cos, sin):
    # Half-split pairs (i, i + d/2); export_gguf.py reorders the rows of q and k
    # so that llama.cpp's adjacent pairs compute the same thing.
    a, b = x.chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        self.n1, self.n2 = Norm(c.dim, c.eps), Norm(c.dim, c.eps)
        self.q = nn.Linear(c.dim, c.heads * c.head_dim, bias=False)
        self.k = nn.Linear(c.dim, c.kv_heads * c.head_dim, bias=False)
        self.v = nn.Linear(c.dim, c.kv_heads * c.head_dim, bias=False)
        self.o = nn.Linear(c.heads * c.head_dim, c.dim, bias=False)
        self.gate = nn.Linear(c.dim, c.ffn, bias=False)
        self.up = nn.Linear(c.dim, c.ffn, bias=False)
        self.down = nn.Linear(c.ffn, c.dim, bias=False)

    def forward(self, x, cos, sin):
        b, t, _ = x.shape
        c, h = self.c, self.n1(x)
        q = rotate(self.q(h).view(b, t, c.heads, c.head_dim).transpose(1, 2), cos, sin)
        k = rotate(self.k(h).view(b, t, c.kv_heads, c.head_dim).transpose(1, 2), cos, sin)
        v = self.v(h).view(b, t, c.kv_heads, c.head_dim).transpose(1, 2)
        r = c.heads // c.kv_heads
        if r > 1:
            k, v = k.repeat_interleave(r, 1), v.repeat_interleave(r, 1)
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.o(a.transpose(1, 2).reshape(b, t, -1))
        h = self.n2(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Model(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        self.embed = nn.Embedding(c.vocab, c.dim)
        self.blocks = nn.ModuleList(Block(c) for _ in range(c.layers))
        self.norm = Norm(c.dim, c.eps)
        cos, sin = rope_table(4096, c)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        for n, p in self.named_parameters():
            if p.dim() == 2:
                std = 0.02 if n.startswith("embed") else p.size(1) ** -0.5 * 0.6
                nn.init.normal_(p, 0, std)
        for b in self.blocks:
            nn.init.zeros_(b.o.weight)
            nn.init.zeros_(b.down.weight)

    def hidden(self, ids):
        x = self.embed(ids)
        dt = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else x.dtype
        x = x.to(dt)
        cos, sin = self.cos[:ids.size(1)].to(dt), self.sin[:ids.size(1)].to(dt)
        for b in self.blocks:
            x = b(x, cos, sin)
        return self.norm(x)

    def forward(self, ids, targets=None):
        h = self.hidden(ids)
        logits = F.linear(h, self.embed.weight)
        if targets is None:
            return logits.float()
        return F.cross_entropy(logits.float().view(-1, logits.size(-1)), targets.reshape(-1))
