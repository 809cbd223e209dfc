"""Every kind of upstream, by the name that policy calls it."""

from gateway.upstreams.kind import Kind
from gateway.upstreams.kinds.deepseek import DeepSeek
from gateway.upstreams.kinds.llama_cpp import LlamaCpp
from gateway.upstreams.kinds.openai import OpenAI
from gateway.upstreams.kinds.sglang import SGLang
from gateway.upstreams.kinds.transformers import Transformers
from gateway.upstreams.kinds.vllm import VLLM

KINDS: dict[str, Kind] = {
    "deepseek": DeepSeek(),
    "vllm": VLLM(),
    "sglang": SGLang(),
    "transformers": Transformers(),
    "llama_cpp": LlamaCpp(),
    "openai": OpenAI(),
}
