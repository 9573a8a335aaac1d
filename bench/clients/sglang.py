"""sglang's Rust client, its extension alone: sglang.py FOLDER CONFIG, in a folder for its files.

CONFIG is JSON: what the client is told besides what is below. It writes what it found to found.jsonl.
"""

import json
import sys

folder, config = sys.argv[1], json.loads(sys.argv[2])
sys.path.insert(0, folder)
import _bench  # noqa: E402

# The client counts tokens before it begins; what they are is of no matter here.
words = {"type": "WordLevel", "vocab": {"<unk>": 0, "a": 1}, "unk_token": "<unk>"}
with open("tokenizer.json", "w") as file:
    json.dump({"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "Whitespace"}, "model": words}, file)
with open("prompts.json", "w") as file:
    json.dump(
        [
            {
                "conversations": [
                    {"from": "human", "value": f"Question number {n} of many?"},
                    {"from": "gpt", "value": "one two three four five six"},
                ]
            }
            for n in range(config["num_prompts"])
        ],
        file,
    )
_bench.run_config(
    json.dumps(
        {
            "backend": "vllm-chat",
            "tokenizer": ".",
            "dataset_name": "sharegpt",
            "dataset_path": "prompts.json",
            "output_file": "found.jsonl",
            "disable_tqdm": True,
            "disable_retokenize": True,
            "ready_check_timeout_sec": 0,
            **config,
        }
    )
)
