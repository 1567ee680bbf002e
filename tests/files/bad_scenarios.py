"""Every kind of bad scenario: its name, what is changed in a good one, and what must be said."""

from __future__ import annotations

import copy

GOOD = {
    "version": 1,
    "name": "good",
    "title": "Good",
    "data": {"x": [[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]], "targets": [[1.0], [2.0], [3.0]]},
    "layers": [
        {"units": 2, "batch_norm": {"placement": "before"}},
        {"units": 1, "activation": "identity", "weights": [[1.0], [2.0]]},
    ],
    "batch_size": 3,
    "batches": 4,
    "loss": "mse",
    "overrides": [{"layer": 0, "weight": [0, 1], "value": 15.0}],
    "edits": [{"batch": 2, "layer": 1, "bias": 0, "value": 1.0}],
}

REMOVED = object()


def datum(**fields):
    return {"batch": 1, "value": 1.0, **fields}


def changed(path, value):
    """A copy of the good scenario with ``value`` at ``path``, such as "layers.0.units"."""
    result = copy.deepcopy(GOOD)
    place = result
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in parents:
        place = place[part]
    if value is REMOVED:
        del place[last]
    else:
        place[last] = value
    return result


def _pairs(count, row):
    return [list(row) for _ in range(count)]


# path in the good scenario, new value, path in the sentence, advice in the sentence
STRUCTURE = [
    ("leayrs", [], "$: ", "did you mean `layers`?"),
    ("layers.0.unit", 3, "$.layers[0]: ", "did you mean `units`?"),
    ("layers.0.zzz", 3, "$.layers[0]: ", "Allowed fields: units, activation"),
    ("learning_rate", 0.1, "$: ", "Allowed fields: version, name"),
    ("layers.0.activation", "rleu", "$.layers[0].activation: ", "did you mean `relu`?"),
    ("layers.0.activation", "qqqqq", "$.layers[0].activation: ", "Allowed values: "),
    ("layers.0.activation", 3, "$.layers[0].activation: ", "quotes: elu, identity"),
    ("layers.0.batch_norm.dialect", "torch", "$.layers[0].batch_norm.dialect: ", "`pytorch`"),
    ("layers.0.batch_norm", "before", "$.layers[0].batch_norm: ", "an object in { }"),
    ("layers.0.batch_norm", True, "$.layers[0].batch_norm: ", "an object in { }"),
    ("layers.0.units", "4", "$.layers[0].units: ", "write a whole number"),
    ("layers.0.units", 1.5, "$.layers[0].units: ", "write a whole number"),
    ("layers.0.units", True, "$.layers[0].units: ", "write a whole number"),
    ("layers", {}, "$.layers: ", "write a list in [ ]"),
    ("data.x.0.1", "0.1", "$.data.x[0][1]: ", "write a number"),
    ("data.x.0.1", None, "$.data.x[0][1]: ", "write a number"),
    ("overrides.0.weight", [1], "$.overrides[0].weight: ", "of 2 items"),
    ("data", REMOVED, "$: ", "the field `data` is missing"),
    ("loss", "mae", "$.loss: ", "did you mean `mse`?"),
    ("$schema", 3, "$.$schema: ", "text in quotes"),
    ("version", REMOVED, "$.version: ", 'add "version": 1'),
    ("version", 2, "$.version: ", "made by a newer bnsim"),
    ("version", 10**18, "$.version: ", "update bnsim"),
    ("version", 0, "$.version: ", "write 1"),
    ("version", True, "$.version: ", "write 1"),
    ("version", "1", "$.version: ", "write 1"),
    ("title", "a\x00b", "$.title: ", "remove it"),
    ("title", "a\ud800b", "$.title: ", "remove it"),
    ("title", "a\nb", "$.title: ", "remove it"),
    ("title", "a\u2028b", "$.title: ", "remove it"),
]

RULES = [
    ("name", "Not A Name", "$.name: ", "small letters"),
    ("name", "", "$.name: ", "small letters"),
    ("name", "a" * 65, "$.name: ", "1 to 64"),
    ("title", "", "$.title: ", "use 1 to 200"),
    ("description", "x" * 2001, "$.description: ", "use 0 to 2,000"),
    ("data.x", [], "$.data.x: there are no samples", "use 1 to 10,000"),
    ("data.x", _pairs(10_001, []), "$.data.x: there are 10,001 samples", "use 1 to 10,000"),
    ("data.x.0", [], "$.data.x[0]: there are no features", "use 1 to 256"),
    ("data.x.0", [0.0] * 257, "$.data.x[0]: there are 257 features", "use 1 to 256"),
    ("data.x.1", [1.0], "$.data.x[1]: ", "the same number"),
    ("data.x.1.0", 1e301, "$.data.x[1][0]: ", "at most 1e300"),
    ("data.x.1.0", -1e308, "$.data.x[1][0]: ", "at most 1e300"),
    ("batch_size", 4, "$.batch_size: ", "larger than the data; use at most 3"),
    ("batch_size", 0, "$.batch_size: ", "use 1 to 10,000"),
    ("batch_size", -1, "$.batch_size: ", "use 1 to 10,000"),
    ("batch_size", 10**18, "$.batch_size: ", "use 1 to 10,000"),
    ("batches", 0, "$.batches: ", "use 1 to 1,000,000"),
    ("batches", 1_000_001, "$.batches: ", "use 1 to 1,000,000"),
    ("seed", -1, "$.seed: ", "use 0 to 4,294,967,295"),
    ("seed", 2**32, "$.seed: ", "use 0 to 4,294,967,295"),
    ("optimizer", {"name": "sgd", "rate": -0.1}, "$.optimizer.rate: ", "use 0 to 1e06"),
    ("optimizer", {"name": "sgd", "rate": 1e7}, "$.optimizer.rate: ", "use 0 to 1e06"),
    ("initialization", {"sd": -1.0}, "$.initialization.sd: ", "use 0 to 1e06"),
    ("layers", [], "$.layers: there are no layers", "use 1 to 16"),
    ("layers", [{"units": 1}] * 17, "$.layers: there are 17 layers", "use 1 to 16"),
    ("layers.0.units", 0, "$.layers[0].units: ", "use 1 to 256"),
    ("layers.0.units", -5, "$.layers[0].units: ", "use 1 to 256"),
    ("layers.0.units", 1_000_000, "$.layers[0].units: ", "use 1 to 256"),
    ("layers.0.units", 10**17, "$.layers[0].units: ", "use 1 to 256"),
    ("layers", [{"units": 256}] * 4, "$.layers: ", "at most 100,000: fewer units"),
    ("layers.1.weights", [[1.0]], "$.layers[1].weights: there are 1 row", "give 2 rows"),
    ("layers.1.weights", [[1.0], [2.0, 3.0]], "$.layers[1].weights[1]: ", "1 number (one a unit)"),
    ("layers.1.weights.1.0", 1e305, "$.layers[1].weights[1][0]: ", "at most 1e300"),
    ("layers.1.bias", [1.0, 2.0], "$.layers[1].bias: ", "give one a unit"),
    ("layers.1.bias", [2e300], "$.layers[1].bias[0]: ", "at most 1e300"),
    ("layers.0.batch_norm.epsilon", -1e-9, "$.layers[0].batch_norm.epsilon: ", "use 0 to 1000"),
    ("layers.0.batch_norm.epsilon", 1001, "$.layers[0].batch_norm.epsilon: ", "use 0 to 1000"),
    ("batch_size", 1, "$.layers[0].batch_norm.dialect: ", "dialect plain or article"),
    ("data.targets", REMOVED, "$.data.targets: ", "give one row a sample"),
    ("data.targets", [[1.0]], "$.data.targets: there are 1 for 3 samples", "give one a sample"),
    ("data.targets.2", [1.0, 2.0], "$.data.targets[2]: ", "one a unit of the last layer"),
    ("data.targets.2", [1e301], "$.data.targets[2][0]: ", "at most 1e300"),
    ("data.labels", [0, 0, 0], "$.data.labels: ", "give targets instead"),
    ("loss", "cross_entropy", "$.data.targets: ", "give labels instead"),
    ("overrides.0.layer", 2, "$.overrides[0].layer: ", "use 0 to 1, counted from 0"),
    ("overrides.0.layer", -1, "$.overrides[0].layer: ", "use 0 to 1, counted from 0"),
    ("overrides.0.weight", [2, 0], "$.overrides[0].weight[0]: ", "no input 2; use 0 to 1"),
    ("overrides.0.weight", [0, 2], "$.overrides[0].weight[1]: ", "no unit 2; use 0 to 1"),
    (
        "overrides.0.weight",
        REMOVED,
        "$.overrides[0]: ",
        "none of them is given; give exactly one of weight, bias",
    ),
    ("overrides.0.bias", 0, "$.overrides[0]: ", "weight and bias are given; give exactly one"),
    ("overrides.0.value", 1e301, "$.overrides[0].value: ", "use -1e300 to 1e300"),
    ("edits.0.batch", 4, "$.edits[0].batch: ", "use 0 to 3"),
    ("edits.0.batch", -1, "$.edits[0].batch: ", "use 0 to 3"),
    ("edits.0.layer", 7, "$.edits[0].layer: ", "no layer 7; use 0 to 1"),
    ("edits.0.bias", 1, "$.edits[0].bias: ", "no unit 1; use 0 to 0"),
    ("edits.0.layer", REMOVED, "$.edits[0].layer: ", "a bias belongs to a layer; use 0 to 1"),
    ("edits.0.input", [0, 0], "$.edits[0]: ", "bias and input are given; give exactly one"),
    ("edits.0", datum(input=[99, 0]), "$.edits[0].input[0]: ", "no sample 99; use 0 to"),
    ("edits.0", datum(input=[0, 7]), "$.edits[0].input[1]: ", "no feature 7; use 0 to"),
    ("edits.0", datum(target=[0, 7]), "$.edits[0].target[1]: ", "no output 7; use 0 to 0"),
    ("edits.0", datum(layer=0, input=[0, 0]), "$.edits[0].layer: ", "an edit of an input has no"),
    ("edits.0", datum(layer=1, gamma=0), "$.edits[0].gamma: ", "no batch normalization, so no"),
    ("edits.0.lane", "none", "$.edits[0].lane: ", "without"),
]

_CLASSES = {"x": [[1.0], [2.0]], "labels": [0, 1]}
CLASSES = {
    "version": 1,
    "name": "classes",
    "title": "Classes",
    "data": _CLASSES,
    "layers": [{"units": 2}],
    "batch_size": 2,
    "batches": 1,
    "loss": "cross_entropy",
}

CLASS_RULES = [
    ({"data": {"x": [[1.0], [2.0]]}}, "$.data.labels: ", "one class number a sample"),
    ({"data": {**_CLASSES, "labels": [0]}}, "$.data.labels: ", "give one a sample"),
    ({"data": {**_CLASSES, "labels": [0, 2]}}, "$.data.labels[1]: ", "use 0 to 1"),
    ({"data": {**_CLASSES, "labels": [-1, 0]}}, "$.data.labels[0]: ", "use 0 to 1"),
    ({"data": {**_CLASSES, "labels": [0.5, 0]}}, "$.data.labels[0]: ", "a whole number"),
    ({"layers": [{"units": 1}]}, "$.layers[0].units: ", "use 2 units or more"),
]

# a text, where, advice
TEXTS = [
    ("", "line 1, column 1: ", "the file is empty"),
    ("{", "line 1, column 2: ", "correct the JSON"),
    ('{"a": 1,}', "line 1, column 9: ", "correct the JSON"),
    ('{\n "a" 1}', "line 2, column 6: ", "expecting ':' delimiter; correct the JSON"),
    ("[]", "$: ", "start the file with {"),
    ("3", "$: ", "start the file with {"),
    ('"version"', "$: ", "start the file with {"),
    ('{"version": NaN}', "$.version: ", "write a finite number"),
    ('{"a": {"b": [0, -Infinity]}}', "$.a.b[1]: ", "write a finite number"),
    ('{"a": 1e400}', "$.a: ", "use at most 1e300"),
    ('{"a": -1e999}', "$.a: ", "use at most 1e300"),
    ('{"a": ' + "9" * 5000 + "}", "$.a: ", "the whole number has 5000 digits"),
    ('{"a": 1, "b": 2, "a": 3}', "$: ", "the key `a` is given twice; remove one"),
    ('{"a": {"b\\n": 1, "b\\n": 2}}', "$.a: ", "twice; remove one"),
    ('{"a": "\\u0000"}', "$.a: ", "control character; remove it"),
    ('{"a": "\\ud83d"}', "$.a: ", "lone surrogate); remove it"),
    ('{"a": "x\ny"}', "line 1, column 9: ", "correct the JSON"),
    ("[" * 100_000, "line 1: ", "deeper than 32"),
    ("\n" + '{"a":' * 100_000, "line 2: ", "deeper than 32"),
    ("[" * 33 + "]" * 33, "line 1: ", "deeper than 32"),
]
