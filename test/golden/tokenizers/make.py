"""Makes the golden files beside this script with Hugging Face's own tokenizers library: small
tokenizers of every kind, and the ids that the library gives for awkward texts.

    pip install tokenizers==0.23.3 && python make.py

Training orders equal counts by chance, so that a new run makes other tokenizers. Unigram's are only
compared where no two ways to split a text have the same score: make them again if one has.
"""

import json
import pathlib
import random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent

ATOMS = [" ", "  ", "    ", "\n", "\r\n", "\t", "a", "B", "word", "Word", "WORD", "aB", "'s", "'LL", "don't", "1", "1234"]
ATOMS += ["٣", "½", ".", "...", "/", "//", "{", "}", "{}", "();", "=>", "+", "_", "é", "e\u0301", "ß", "İ", "漢字", "カナ"]
ATOMS += ["한국어", "שלום", "مرحبا", "हिन्दी", "ไทย", "😀", "👩‍👩‍👧", "\u200d", "\u00a0", "\u3000", "\u0085", "\ufeff", "\0"]
ATOMS += ["<|endoftext|>", "</s>", "<0x41>", "▁", "Ġ", "for", "for (let i = 0; i < n; i++) {\n", "return x;\n"]
random.seed(7)
TEXTS = ["", " ", "a", "\n", " a", "  a  ", "hello world", "\n\n x", "x\n\n  y", "a" * 70, " " * 70 + "x", "!" * 70]
TEXTS += ["".join(random.choice(ATOMS) for _ in range(random.randint(1, 12))) for _ in range(120)]

CORPUS = TEXTS + [
    "export function add(a: number, b: number): number {\n  return a + b;\n}\n",
    "const words = text.split(' ').filter((word) => word.length > 0);\n",
    "the quick brown fox jumps over the lazy dog, and the word for the day is word\n",
    '{"name": "value", "list": [1, 2, 3], "nested": {"a": null, "b": true}}\n',
] * 20

LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def write(name, tokenizer, change=lambda json: None):
    data = json.loads(tokenizer.to_str())
    change(data)
    # Text that spells a special token stays text.
    plain = dict(data, added_tokens=[token for token in data["added_tokens"] if not token["special"]])
    reference = Tokenizer.from_str(json.dumps(plain))
    cases = [[text, reference.encode(text, add_special_tokens=False).ids] for text in TEXTS]
    lines = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
    body = f'{{"tokenizer": {json.dumps(data, ensure_ascii=True)},\n"cases": [\n{lines}\n]}}\n'
    (HERE / f"{name}.json").write_text(body)


def byte_level(name, *stages, normalizer=None, added=(), **options):
    tokenizer = Tokenizer(models.BPE(**options))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(list(stages)) if len(stages) > 1 else stages[0]
    tokenizer.decoder = decoders.ByteLevel()
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        CORPUS,
        trainers.BpeTrainer(
            vocab_size=420, initial_alphabet=alphabet, special_tokens=["<|endoftext|>"], show_progress=False
        ),
    )
    tokenizer.add_tokens(list(added))
    write(name, tokenizer)


def split(regex, behavior="isolated", invert=False):
    return pre_tokenizers.Split(Regex(regex), behavior, invert)


mapped = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
gpt2 = pre_tokenizers.ByteLevel(add_prefix_space=False)
byte_level("gpt2", gpt2)
byte_level("gpt2-prefix-space", pre_tokenizers.ByteLevel(add_prefix_space=True))
byte_level("starcoder", pre_tokenizers.Digits(individual_digits=True), gpt2)
byte_level("llama3", split(LLAMA3), mapped)
byte_level("qwen2-nfc", split(LLAMA3.replace("{1,3}", "")), mapped, normalizer=normalizers.NFC())
byte_level("punctuation-digits", pre_tokenizers.Punctuation(), pre_tokenizers.Digits(), mapped)
byte_level("merged-with-previous", split(r"[a-z]|\n", "merged_with_previous"), mapped)
byte_level("merged-with-next", split(r"[a-z]|\n", "merged_with_next"), mapped)
byte_level("contiguous", split(r"[a-z]|\n", "contiguous"), mapped)
byte_level("removed", split(r"[a-z]|\n", "removed"), mapped)
byte_level("matches", split(r"[a-z]+|\s|\p{Han}", "removed", True), mapped)
byte_level(
    "added-tokens",
    gpt2,
    added=[
        AddedToken("    ", normalized=True, special=False),
        AddedToken("word", single_word=True, special=False),
        AddedToken("{}", lstrip=True, rstrip=True, normalized=False, special=False),
        AddedToken("for", normalized=False, special=False),
    ],
)

sentencepiece = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
sentencepiece.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
sentencepiece.decoder = decoders.Sequence(
    [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
)
sentencepiece.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")
sentencepiece.train_from_iterator(
    CORPUS,
    trainers.BpeTrainer(
        vocab_size=460,
        limit_alphabet=60,
        special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)],
        show_progress=False,
    ),
)


def llama2(data):
    data["pre_tokenizer"] = None
    data["added_tokens"] = data["added_tokens"][:3]


def metaspace(scheme, cut):
    def change(data):
        llama2(data)
        data["normalizer"] = None
        data["pre_tokenizer"] = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": cut}

    return change


def gemma(data):
    llama2(data)
    data["normalizer"] = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    data["pre_tokenizer"] = {
        "type": "Split",
        "pattern": {"String": " "},
        "behavior": "MergedWithPrevious",
        "invert": False,
    }


write("llama2", sentencepiece, llama2)
write("metaspace-first", sentencepiece, metaspace("first", False))
write("metaspace-always-split", sentencepiece, metaspace("always", True))
write("gemma", sentencepiece, gemma)

words = Tokenizer(models.BPE(unk_token="[UNK]", fuse_unk=True))
words.pre_tokenizer = pre_tokenizers.Whitespace()
words.train_from_iterator(
    CORPUS,
    trainers.BpeTrainer(vocab_size=160, limit_alphabet=50, special_tokens=["[UNK]"], show_progress=False),
)
write("words-unknown", words)

suffixed = Tokenizer(models.BPE(unk_token="[UNK]", end_of_word_suffix="</w>"))
suffixed.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
suffixed.train_from_iterator(
    CORPUS,
    trainers.BpeTrainer(
        vocab_size=260,
        limit_alphabet=60,
        end_of_word_suffix="</w>",
        special_tokens=["[UNK]"],
        show_progress=False,
    ),
)
write("end-of-word-suffix", suffixed)

bert = Tokenizer(models.WordPiece(unk_token="[UNK]"))
bert.normalizer = normalizers.BertNormalizer()
bert.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
bert.decoder = decoders.WordPiece()
bert.train_from_iterator(
    CORPUS,
    trainers.WordPieceTrainer(vocab_size=260, special_tokens=["[UNK]", "[CLS]", "[SEP]"], show_progress=False),
)
write("bert", bert)

unigram = Tokenizer(models.Unigram())
unigram.pre_tokenizer = pre_tokenizers.Metaspace()
unigram.decoder = decoders.Metaspace()
unigram.train_from_iterator(
    CORPUS,
    trainers.UnigramTrainer(
        vocab_size=320, unk_token="<unk>", special_tokens=["<unk>", "</s>"], show_progress=False
    ),
)
write("unigram", unigram)
unigram.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
write("unigram-words", unigram)
