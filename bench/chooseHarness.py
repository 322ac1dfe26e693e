"""Gives logprobs to lm-evaluation-harness in place of a model's, and prints what it makes of them. Called by choose.mjs.

pip install --no-deps lm-eval, then: numpy jinja2 sacrebleu tqdm requests pyyaml dill more_itertools typing_extensions word2number datasets
"""

import json
import sys

import datasets
import lm_eval
from lm_eval import utils
from lm_eval.api.model import TemplateLM
from lm_eval.api.task import ConfigurableTask


class Given(TemplateLM):
    """Its tokens and logprobs come from outside; how a pair is cut, and all that follows, is the harness'."""

    backend = "causal"

    def __init__(self, asked):
        super().__init__()
        self.ids = asked["ids"]
        self.pairs = {(pair["context"], pair["text"]): pair for pair in asked["pairs"]}
        self.other_tokens = 0

    eot_token_id = 0

    def tok_encode(self, string, **kwargs):
        return self.ids[string]

    def _loglikelihood_tokens(self, requests, **kwargs):
        answers = []
        for texts, context_ids, continuation_ids in requests:
            pair = self.pairs[texts]
            if (context_ids, continuation_ids) != (pair["contextIds"], pair["ids"]):
                self.other_tokens += 1
            answers.append((float(pair["logprob"]), False))
        return answers

    def loglikelihood_rolling(self, requests, **kwargs):
        raise NotImplementedError

    def generate_until(self, requests, **kwargs):
        raise NotImplementedError


asked = json.load(sys.stdin)
model = Given(asked)
task = ConfigurableTask(
    config={
        "task": "choices",
        "output_type": "multiple_choice",
        "custom_dataset": lambda **_: {"test": datasets.Dataset.from_list(asked["questions"])},
        "test_split": "test",
        "doc_to_text": "Question: {{question}}\nAnswer:",
        "doc_to_choice": "choices",
        "doc_to_target": "answer",
        "metric_list": [{"metric": name} for name in ("acc", "acc_norm", "acc_bytes")],
    }
)
result = lm_eval.simple_evaluate(model=model, tasks=[task], log_samples=True)
numbers = result["results"]["choices"]
samples = sorted(result["samples"]["choices"], key=lambda sample: sample["doc_id"])
names = ("acc", "acc_norm", "acc_bytes")
print(
    json.dumps(
        {
            "version": lm_eval.__version__,
            "accuracy": {name: [numbers[f"{name},none"], numbers[f"{name}_stderr,none"]] for name in names},
            "hits": {name: [int(sample[name]) for sample in samples] for name in names},
            "probabilities": [
                [float(p) for p in utils.softmax([answer[0] for answer in sample["filtered_resps"]])]
                for sample in samples
            ],
            "otherTokens": model.other_tokens,
        }
    )
)
