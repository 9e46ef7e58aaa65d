"""Serves LiteLLM's proxy on loopback, in front of a server that speaks chat completions, until standard input ends.

Usage: proxy.py ADDRESS MODEL KEY. It speaks Anthropic's Messages and Google's generateContent for the model. The first
line of standard output is its address.
"""

import json
import os
import socket
import sys
import tempfile
import threading
import time

address, model, key = sys.argv[1:4]
config = {
    "model_list": [
        {"model_name": model, "litellm_params": {"model": f"openai/{model}", "api_base": f"{address}/v1", "api_key": "none"}}
    ],
    # Messages become chat completions; otherwise it takes every such server for one of OpenAI's Responses.
    "litellm_settings": {"telemetry": False, "use_chat_completions_url_for_anthropic_messages": True},
    "general_settings": {"master_key": key},
}
file = tempfile.NamedTemporaryFile("w", suffix=".yaml")
json.dump(config, file)
file.flush()
os.environ.update(
    CONFIG_FILE_PATH=file.name,
    LITELLM_LOCAL_MODEL_COST_MAP="True",
    DISABLE_ADMIN_UI="True",
    # Whatever else it might want from the network, there is none.
    HTTP_PROXY="http://127.0.0.1:9",
    HTTPS_PROXY="http://127.0.0.1:9",
    NO_PROXY="127.0.0.1,localhost",
)

# What it prints as it starts is no address.
output, sys.stdout = sys.stdout, sys.stderr

import uvicorn  # noqa: E402
from litellm.proxy.proxy_server import app  # noqa: E402

listener = socket.socket()
listener.bind(("127.0.0.1", 0))
server = uvicorn.Server(uvicorn.Config(app, log_level="error"))


def announce():
    while not server.started:
        time.sleep(0.05)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", file=output, flush=True)
    sys.stdin.read()
    server.should_exit = True


threading.Thread(target=announce, daemon=True).start()
server.run(sockets=[listener])
