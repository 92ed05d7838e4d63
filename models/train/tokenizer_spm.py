"""Train the SentencePiece tokenizer (BPE by score with byte fallback; llama.cpp tokenizer model "llama").

  python tokenizer_spm.py --data DATA_DIR --out tokensieve-mini-spm.model

Nothing is normalised and no space is put before a text, so a text differs from its
tokens' bytes in one case only: U+2581, SentencePiece's sign for a space, reads back as a space.
"""
import io
import sentencepiece as spm
from tokenizer import SPECIAL, read_options, sample


def parts(text, size=1500):
    """Pieces of a text of whole lines, short enough that SentencePiece does not leave them out."""
    start = 0
    while start < len(text):
        end = len(text) if len(text) - start <= size else text.rfind("\n", start, start + size) + 1
        if end <= start:
            end = start + size
        yield text[start:end]
        start = end


def main():
    a = read_options(3072)
    texts = sample(a.data, a.megabytes, 2)
    out = io.BytesIO()
    spm.SentencePieceTrainer.train(
        sentence_iterator=(p for t in texts for p in parts(t)), model_writer=out, model_type="bpe",
        vocab_size=a.size, byte_fallback=True, character_coverage=0.99995, max_sentence_length=8000,
        normalization_rule_name="identity", remove_extra_whitespaces=False, add_dummy_prefix=False,
        split_digits=True, allow_whitespace_only_pieces=True, max_sentencepiece_length=24,
        unk_id=0, bos_id=-1, eos_id=1, pad_id=-1, eos_piece=SPECIAL[0], control_symbols=SPECIAL[1:], num_threads=1)
    open(a.out, "wb").write(out.getvalue())
    sp = spm.SentencePieceProcessor(model_proto=out.getvalue())
    n = sum(len(sp.encode(t)) for t in texts[:400])
    print(sp.vocab_size(), "tokens;", sum(len(t.encode()) for t in texts[:400]) / n, "bytes per token")


if __name__ == "__main__":
    main()
