"""
Write a tiny, random DeepSeek-V3 model to a folder; runs where transformers is installed.

    python build_model.py FOLDER

It says nothing sensible, but it has the real architecture, a byte-level
tokenizer, a chat template and greedy defaults, and answers in milliseconds.
"""

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    DeepseekV3Config,
    DeepseekV3ForCausalLM,
    GenerationConfig,
    PreTrainedTokenizerFast,
)

_SPECIAL = ["<bos>", "<eos>", "<pad>", "<user>", "<assistant>", "<system>", "<tool>"]

_CHAT_TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}<{{ message['role'] }}>{{ message['content'] }}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def _tokenizer() -> PreTrainedTokenizerFast:
    """Every byte is a token: no text is unknown, and no training is needed."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate([*alphabet, *_SPECIAL])}
    core = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core,
        bos_token="<bos>",
        eos_token="<eos>",
        pad_token="<pad>",
        additional_special_tokens=_SPECIAL[3:],
        model_max_length=16384,
    )
    tokenizer.chat_template = _CHAT_TEMPLATE
    return tokenizer


def _model(tokenizer: PreTrainedTokenizerFast) -> DeepseekV3ForCausalLM:
    """
    Two layers, four experts, under fifty thousand parameters, always the same ones.

    It never ends by itself, so that a long answer is as long as was asked.
    """
    torch.manual_seed(1)
    config = DeepseekV3Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        moe_intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        n_routed_experts=4,
        n_shared_experts=1,
        num_experts_per_tok=2,
        n_group=1,
        topk_group=1,
        first_k_dense_replace=1,
        kv_lora_rank=16,
        q_lora_rank=16,
        qk_nope_head_dim=8,
        qk_rope_head_dim=8,
        v_head_dim=8,
        max_position_embeddings=16384,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = DeepseekV3ForCausalLM(config)
    model.generation_config = GenerationConfig(
        do_sample=False,
        suppress_tokens=[tokenizer.eos_token_id],
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return model


def build(folder: Path) -> None:
    """Write weights, tokenizer and templates to the folder."""
    tokenizer = _tokenizer()
    _model(tokenizer).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
