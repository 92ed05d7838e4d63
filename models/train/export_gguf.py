"""Write a checkpoint as GGUF (Q8_0 weights, F32 norms) for llama.cpp.

  python export_gguf.py --checkpoint ck.pt --tokenizer ../tokenizer.json --out ../tokensieve-mini.gguf
  python export_gguf.py --checkpoint ck.pt --tokenizer ../tokensieve-mini-spm.model --name "Tokensieve Mini SPM" \\
      --out ../tokensieve-mini-spm.gguf
"""
import argparse, json
import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Q
from model import Config
from tokenizer import SPECIAL
from vocabulary import Vocabulary


def pair_rows(w, heads):
    """Half-split rotary rows (0..d/2, d/2..d) to the adjacent pairs of llama.cpp."""
    d = w.shape[0] // heads
    return w.reshape(heads, 2, d // 2, w.shape[1]).swapaxes(1, 2).reshape(w.shape)


def tensors(state, c):
    g = lambda n: state[n].float().numpy()
    yield "token_embd.weight", g("embed.weight")
    yield "output_norm.weight", g("norm.weight")
    for i in range(c.layers):
        s, d = f"blocks.{i}.", f"blk.{i}."
        yield d + "attn_norm.weight", g(s + "n1.weight")
        yield d + "attn_q.weight", pair_rows(g(s + "q.weight"), c.heads)
        yield d + "attn_k.weight", pair_rows(g(s + "k.weight"), c.kv_heads)
        yield d + "attn_v.weight", g(s + "v.weight")
        yield d + "attn_output.weight", g(s + "o.weight")
        yield d + "ffn_norm.weight", g(s + "n2.weight")
        yield d + "ffn_gate.weight", g(s + "gate.weight")
        yield d + "ffn_up.weight", g(s + "up.weight")
        yield d + "ffn_down.weight", g(s + "down.weight")


def byte_level(w, path, size):
    """Byte-level BPE; returns the ids of the special tokens."""
    tok = json.load(open(path))
    vocab = sorted(tok["model"]["vocab"].items(), key=lambda kv: kv[1])
    assert len(vocab) == size and [i for _, i in vocab] == list(range(size))
    ids = dict(vocab)
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre("qwen2")
    w.add_token_list([t.encode() for t, _ in vocab])
    w.add_token_types([gguf.TokenType.CONTROL if t in SPECIAL else gguf.TokenType.NORMAL for t, _ in vocab])
    w.add_token_merges([" ".join(m) if isinstance(m, list) else m for m in tok["model"]["merges"]])
    return [ids[s] for s in SPECIAL]


def sentence_piece(w, path, size):
    """SentencePiece's BPE by score; returns the ids of the special tokens."""
    sp, kinds = Vocabulary(path).sp, gguf.TokenType
    assert sp.vocab_size() == size

    def kind(i):
        if sp.is_unknown(i):
            return kinds.UNKNOWN
        return kinds.CONTROL if sp.is_control(i) else kinds.BYTE if sp.is_byte(i) else kinds.NORMAL

    w.add_tokenizer_model("llama")
    w.add_tokenizer_pre("default")
    w.add_token_list([sp.id_to_piece(i).encode() for i in range(size)])
    w.add_token_scores([sp.get_score(i) for i in range(size)])
    w.add_token_types([kind(i) for i in range(size)])
    w.add_unk_token_id(sp.unk_id())
    w.add_add_space_prefix(False)
    return [sp.piece_to_id(s) for s in SPECIAL]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--checkpoint", required=True)
    ap.add_argument("--tokenizer", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--name", default="Tokensieve Mini")
    ap.add_argument("--f32", action="store_true", help="no quantisation, for comparisons")
    a = ap.parse_args()
    ck = torch.load(a.checkpoint, map_location="cpu", weights_only=True)
    c = Config(**ck["config"])
    w = gguf.GGUFWriter(a.out, "llama")
    w.add_name(a.name)
    w.add_description("Small code completion model (TypeScript, JavaScript, JSON, Markdown) with fill-in-the-middle")
    w.add_license("mit")
    w.add_version("1.0")
    w.add_file_type(gguf.LlamaFileType.ALL_F32 if a.f32 else gguf.LlamaFileType.MOSTLY_Q8_0)
    w.add_quantization_version(gguf.GGML_QUANT_VERSION)
    w.add_context_length(c.context)
    w.add_embedding_length(c.dim)
    w.add_block_count(c.layers)
    w.add_feed_forward_length(c.ffn)
    w.add_head_count(c.heads)
    w.add_head_count_kv(c.kv_heads)
    w.add_layer_norm_rms_eps(c.eps)
    w.add_rope_freq_base(c.rope_base)
    w.add_rope_dimension_count(c.head_dim)
    w.add_vocab_size(c.vocab)
    eot, pre, suf, mid = (sentence_piece if a.tokenizer.endswith(".model") else byte_level)(w, a.tokenizer, c.vocab)
    w.add_bos_token_id(eot)
    w.add_eos_token_id(eot)
    w.add_eot_token_id(eot)
    w.add_pad_token_id(eot)
    w.add_add_bos_token(False)
    w.add_add_eos_token(False)
    w.add_uint32("tokenizer.ggml.fim_pre_token_id", pre)
    w.add_uint32("tokenizer.ggml.fim_suf_token_id", suf)
    w.add_uint32("tokenizer.ggml.fim_mid_token_id", mid)
    # Fill-in prompts do no better than plain continuation so far (see the card): say so to Tokensieve.
    w.add_bool("tokensieve.completion.prefers_fim", False)
    n = 0
    for name, x in tensors(ck["model"], c):
        x = np.ascontiguousarray(x, dtype=np.float32)
        n += x.size
        if x.ndim == 2 and not a.f32:
            w.add_tensor(name, gguf.quants.quantize(x, Q.Q8_0), raw_dtype=Q.Q8_0)
        else:
            w.add_tensor(name, x)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()
    print(a.out, f"{n:,} parameters")


if __name__ == "__main__":
    main()
