"""Serves a GGUF file by llama.cpp on loopback, until standard input ends.

Usage: serve.py MODEL PARALLEL CONTEXT. The first line of standard output is the address.
"""

import sys

import xllamacpp

model, parallel, context = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
params = xllamacpp.CommonParams()
params.model.path = model
params.n_parallel = parallel
params.n_ctx = context * parallel
params.n_gpu_layers = 0
params.cpuparams.n_threads = 2
params.cpuparams_batch.n_threads = 2
params.cache_prompt = False
params.cache_ram_mib = 0
params.warmup = False
params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
params.cache_type_k = xllamacpp.ggml_type.GGML_TYPE_F32
params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
