"""sglang's Rust client, its extension alone: sglang.py FOLDER URL REQUESTS CONCURRENCY, in a folder for its files.

Prints what it found as the last line, JSON.
"""

import json
import sys

folder, url, requests, concurrency = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
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
            for n in range(requests)
        ],
        file,
    )
_bench.run_config(
    json.dumps(
        {
            "backend": "vllm-chat",
            "base_url": url,
            "model": "sim-instant",
            "tokenizer": ".",
            "dataset_name": "sharegpt",
            "dataset_path": "prompts.json",
            "num_prompts": requests,
            "max_concurrency": concurrency,
            "output_file": "found.jsonl",
            "disable_tqdm": True,
            "disable_retokenize": True,
            "ready_check_timeout_sec": 0,
        }
    )
)
with open("found.jsonl") as file:
    found = json.loads(file.readlines()[-1])
print(json.dumps({"completed": found["completed"], "perSecond": found["request_throughput"]}))
