"""Writes test/fixtures/print.json: tensors and the text that PyTorch prints for them. Run with PyTorch 2.15.

    python scripts/torch-print.py
"""

import json
import math
import pathlib
import random

import torch

torch.manual_seed(0)
random.seed(0)
DTYPES = {'float32': torch.float32, 'float64': torch.float64, 'float16': torch.float16, 'int32': torch.int32, 'uint8': torch.uint8, 'bool': torch.bool}
SPECIAL = [math.inf, -math.inf, math.nan, 0.0, -0.0]


def floats(n, kind):
    if kind == 'normal':
        return torch.randn(n).double() * 10.0 ** random.randint(-6, 6)
    if kind == 'spread':
        return torch.randn(n).double() * 10.0 ** torch.randint(-3, 4, (n,)).double()
    if kind == 'whole':
        return torch.randint(-20, 2000, (n,)).double()
    if kind == 'ties':  # decimal places that end in exactly 5
        return torch.randint(-64, 64, (n,)).double() / 64 * random.choice([1, 2, 1 / 8, 1 / 128])
    if kind == 'large':
        return torch.randint(-2**20, 2**20, (n,)).double() * random.choice([1, 5, 64, 1 / 32, 2**-40])
    return torch.zeros(n).double() * random.choice([1, -1])


def value(v):
    if math.isnan(v):
        return 'nan'
    if math.isinf(v):
        return 'inf' if v > 0 else '-inf'
    return '-0' if v == 0 and math.copysign(1, v) < 0 else int(v) if v == int(v) else v


cases = []
while len(cases) < 300:
    shape = [random.choice([0, 1, 2, 2, 3, 3, 4, 7, 11]) for _ in range(random.choice([0, 1, 1, 2, 2, 3]))]
    n = math.prod(shape)
    if n > 60:
        continue
    dtype = random.choice(['float32'] * 5 + list(DTYPES))
    if dtype in ('int32', 'uint8', 'bool'):
        top = 10 ** random.randint(1, 9)
        low, high = {'int32': (-top, top), 'uint8': (0, 256), 'bool': (0, 2)}[dtype]
        values = torch.randint(low, high, (n,)).double()
    else:
        values = floats(n, random.choice(['normal', 'spread', 'whole', 'ties', 'large', 'zero']))
        for _ in range(random.choice([0, 0, 0, 1, 2]) if n else 0):
            values[random.randrange(n)] = random.choice(SPECIAL)
    t = values.to(DTYPES[dtype]).reshape(shape)
    options = {'precision': random.choice([4, 4, 4, 0, 1, 2, 6]), 'threshold': random.choice([1000, 1000, 5, 20])}
    if random.random() < 0.1:
        options['linewidth'] = random.choice([20, 40, 120])
    if random.random() < 0.1:
        options['edgeitems'] = random.choice([1, 2])
    grad = dtype.startswith('float') and random.random() < 0.1
    if grad:
        t.requires_grad_()
    with torch._tensor_str.printoptions(**options):
        text = str(t)
    case = {'data': [value(v) for v in t.detach().double().reshape(-1).tolist()], 'shape': shape, 'dtype': dtype, 'options': options, 'text': text}
    cases.append({**case, 'requiresGrad': True} if grad else case)

lines = ',\n'.join(json.dumps(case, separators=(',', ':')) for case in cases)
(pathlib.Path(__file__).parent.parent / 'test/fixtures/print.json').write_text(f'[\n{lines}\n]\n')
