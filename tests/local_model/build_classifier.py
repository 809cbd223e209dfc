"""
Write a tiny, random token classifier to a folder; runs where transformers is installed.

    python build_classifier.py FOLDER

It says nothing sensible, but it has a real architecture with 512 places, a
tokenizer that knows no merges, so that a Chinese character is three tokens, and
labels of its own.
"""

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertForTokenClassification, PreTrainedTokenizerFast

_SPECIAL = ["[PAD]", "[CLS]", "[SEP]"]
PLACES = 512


def _tokenizer() -> PreTrainedTokenizerFast:
    """Every byte is a token, and two more stand around a text."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate([*_SPECIAL, *alphabet])}
    core = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=PLACES,
    )


def build(folder: Path) -> None:
    """Write weights and tokenizer to the folder."""
    torch.manual_seed(1)
    tokenizer = _tokenizer()
    labels = {0: "O", 1: "B-PER", 2: "I-PER"}
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=PLACES,
        id2label=labels,
        label2id={label: number for number, label in labels.items()},
    )
    BertForTokenClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
