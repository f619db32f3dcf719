"""Serves weights over HTTP until it is told to end.

usage: serve.py WEIGHTS.gguf NAME PORT SLOTS THREADS CONTEXT_PER_SLOT
"""

import signal
import sys

import xllamacpp

weights, name = sys.argv[1:3]
port, slots, threads, context = map(int, sys.argv[3:7])

params = xllamacpp.CommonParams()
params.model.path = weights
params.model_alias = {name}
params.hostnames = ["127.0.0.1"]
params.port = port
params.n_parallel = slots
params.n_ctx = slots * context
params.kv_unified = False  # every slot has its own part, whatever the others hold
params.cache_ram_mib = 256  # for prompts that lost their slot; the default is 8 GiB
params.cpuparams.n_threads = threads
params.cpuparams_batch.n_threads = threads
params.n_gpu_layers = 0
params.use_jinja = True
params.offline = True
params.endpoint_metrics = True
params.endpoint_slots = True
params.ui = False

server = xllamacpp.Server(params)
print(f"listening at {server.listening_address}", flush=True)
signal.sigwait({signal.SIGTERM, signal.SIGINT})
