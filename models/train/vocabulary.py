"""One face for the two kinds of tokenizer: tokenizer.json (Hugging Face) and *.model (SentencePiece)."""
import sentencepiece as spm
from tokenizers import Tokenizer


class Vocabulary:
    """`encode` never reads a special token out of a text."""

    def __init__(self, path):
        self.sp = spm.SentencePieceProcessor(model_file=path) if path.endswith(".model") else None
        self.hf = None if self.sp else Tokenizer.from_file(path)
        self.size = self.sp.vocab_size() if self.sp else self.hf.get_vocab_size()

    def encode(self, text):
        return self.sp.encode(text) if self.sp else self.hf.encode(text, add_special_tokens=False).ids

    def id(self, token):
        return self.sp.piece_to_id(token) if self.sp else self.hf.token_to_id(token)

    def decode(self, ids):
        return self.sp.decode(ids) if self.sp else self.hf.decode(ids, skip_special_tokens=False)
